import { expect } from 'chai';
import { TokenRejected } from '../../../../src/auth/errors.ts';
import type { Context } from '../../../../src/http/middleware/context.ts';
import { RequestError } from '../../../../src/http/middleware/error-mapping.ts';
import { logOutage, requireStore } from '../../../../src/http/middleware/store-outage.ts';
import { OutcomeUnknown, StoreUnavailable } from '../../../../src/tickets/errors.ts';
import type { TicketStore } from '../../../../src/tickets/store.ts';
import { recordEvents } from '../../../support/emitted.ts';
import { rejectionOf, thrownBy } from '../../../support/rejection.ts';

const CALLER = { issuer: undefined, subject: 'alice', sessionId: 'session-1', expiresAt: 0 };
const ctx = { state: { traceId: 't1', address: '192.0.2.1', caller: CALLER } } as Context;

describe('request when the ticket store fails', () => {
  const refusedFor = async (thrown: unknown) => {
    const { emit, emitted } = recordEvents();
    const error = await rejectionOf(Promise.resolve(logOutage(emit)(ctx, () => Promise.reject(thrown))));
    return { error, emitted };
  };

  for (const [Outage, event] of [
    [StoreUnavailable, 'ws_ticket_redis_not_ready'],
    [OutcomeUnknown, 'ws_ticket_outcome_unknown'],
  ] as const)
    it(`is logged as ${event} once with the caller and the cause, and rejects with the same error`, async () => {
      const outage = new Outage({ cause: Object.assign(new Error('the reason'), { code: 'ECONNRESET' }) });
      const { error, emitted } = await refusedFor(outage);
      expect(error).to.equal(outage);
      const fields = { traceId: 't1', address: '192.0.2.1', sessionId: 'session-1', subject: 'alice' };
      expect(emitted).to.deep.equal([{ event, fields: { ...fields, error: 'the reason', errorCode: 'ECONNRESET' } }]);
    });

  it('is logged with the error code of the response when the outage has no cause', async () => {
    const { emitted } = await refusedFor(new StoreUnavailable({ message: 'the store is full' }));
    expect(emitted[0]?.fields).to.include({ error: 'the store is full', errorCode: 'WS_TICKET_REDIS_NOT_READY' });
  });

  it('is not reported as an outage on any other error', async () => {
    for (const other of [new RequestError('BAD_REQUEST', 'no'), new Error('a bug'), new TokenRejected('no')]) {
      const { error, emitted } = await refusedFor(other);
      expect(error).to.equal(other);
      expect(emitted).to.deep.equal([]);
    }
  });

  it('is rejected before its body is read when the store is not ready', () => {
    const storeThat = (isReady: boolean) => ({ isReady: () => isReady }) as TicketStore;
    const error = thrownBy(() => requireStore(storeThat(false))(ctx, async () => {}));
    expect(error).to.be.instanceOf(StoreUnavailable);
    expect(error.cause).to.equal(undefined);
    expect(() => requireStore(storeThat(true))(ctx, async () => {})).to.not.throw();
  });
});
