import { expect } from 'chai';
import { TokenRejected } from '../../../../src/auth/errors.ts';
import type { Context } from '../../../../src/http/middleware/context.ts';
import { logOutage, requireStore } from '../../../../src/http/middleware/store-outage.ts';
import type { DomainError } from '../../../../src/protocol/domain-error.ts';
import { OutcomeUnknown, RateLimited, StoreUnavailable } from '../../../../src/tickets/errors.ts';
import { recordEvents } from '../../../support/emitted.ts';
import { thrownBy } from '../../../support/rejection.ts';

const CALLER = { issuer: undefined, subject: 'alice', sessionId: 'session-1', expiresAt: 0 };
const ctx = { state: { traceId: 't1', address: '192.0.2.1', caller: CALLER } } as Context;

const loggedFor = (error: DomainError) => {
  const { emit, emitted } = recordEvents();
  logOutage(error, ctx, emit);
  return emitted;
};

describe('request when the ticket store fails', () => {
  for (const [Outage, event] of [
    [StoreUnavailable, 'ws_ticket_redis_not_ready'],
    [OutcomeUnknown, 'ws_ticket_outcome_unknown'],
  ] as const)
    it(`is logged as ${event} with the caller and the cause`, () => {
      const outage = new Outage({ cause: Object.assign(new Error('the reason'), { code: 'ECONNRESET' }) });
      const fields = { traceId: 't1', address: '192.0.2.1', sessionId: 'session-1', subject: 'alice' };
      const logged = { event, fields: { ...fields, error: 'the reason', errorCode: 'ECONNRESET' } };
      expect(loggedFor(outage)).to.deep.equal([logged]);
    });

  it('is logged with the error code of the response when the outage has no cause', () => {
    const [logged] = loggedFor(new StoreUnavailable({ message: 'the store is full' }));
    expect(logged?.fields).to.include({ error: 'the store is full', errorCode: 'WS_TICKET_REDIS_NOT_READY' });
  });

  it('is not logged as an outage on any other domain error', () => {
    for (const other of [new TokenRejected('claims', 'no'), new RateLimited('1 tickets in 1 seconds', 1)])
      expect(loggedFor(other), other.name).to.deep.equal([]);
  });

  it('is rejected before its body is read when the store is not ready', () => {
    const storeThat = (isReady: boolean) => ({ isReady: () => isReady });
    const error = thrownBy(() => requireStore(storeThat(false))(ctx, async () => {}));
    expect(error).to.be.instanceOf(StoreUnavailable);
    expect(() => requireStore(storeThat(true))(ctx, async () => {})).to.not.throw();
  });
});
