import { expect } from 'chai';
import type { Context } from '../../../../src/http/middleware/context.ts';
import { requireStore, tellOutage } from '../../../../src/http/middleware/store-outage.ts';
import { RequestError } from '../../../../src/protocol/request-error.ts';
import type { TicketStore } from '../../../../src/tickets/store.ts';
import { StoreFullError } from '../../../../src/tickets/store-full-error.ts';
import { recordEvents } from '../../../support/emitted.ts';
import { rejectionOf, thrownBy } from '../../../support/rejection.ts';

const CALLER = { issuer: undefined, subject: 'alice', sessionId: 'session-1', expiresAt: 0 };
const ctx = { state: { traceId: 't1', address: '192.0.2.1', caller: CALLER } } as Context;

describe('request when the ticket store fails', () => {
  const refusedFor = async (thrown: unknown) => {
    const { emit, emitted } = recordEvents();
    const error = await rejectionOf(Promise.resolve(tellOutage(emit)(ctx, () => Promise.reject(thrown))));
    return { error, emitted };
  };

  it('is rejected as an outage when the store is full, and logged once with the reason', async () => {
    const full = new StoreFullError(100_000);
    const { error, emitted } = await refusedFor(full);
    expect(error).to.be.instanceOf(RequestError);
    expect(error).to.include({ code: 'WS_TICKET_REDIS_NOT_READY', message: 'Ticket service temporarily unavailable' });
    expect(error.cause).to.equal(full);
    expect(emitted).to.have.length(1);
    expect(emitted[0]?.event).to.equal('ws_ticket_redis_not_ready');
    expect(emitted[0]?.fields).to.include({
      error: 'The store is full: it holds 100000 entries',
      errorCode: 'StoreFullError',
      traceId: 't1',
      subject: 'alice',
      sessionId: 'session-1',
    });
  });

  for (const [code, event] of [
    ['WS_TICKET_REDIS_NOT_READY', 'ws_ticket_redis_not_ready'],
    ['WS_TICKET_OUTCOME_UNKNOWN', 'ws_ticket_outcome_unknown'],
  ] as const)
    it(`is logged as ${event} on ${code}, and rejects with the same error`, async () => {
      const refusal = new RequestError(code, 'no', { cause: new Error('the reason') });
      const { error, emitted } = await refusedFor(refusal);
      expect(error).to.equal(refusal);
      expect(emitted.map(({ event, fields }) => [event, fields.error])).to.deep.equal([[event, 'the reason']]);
    });

  it('is not reported as an outage on any other error', async () => {
    for (const other of [new RequestError('BAD_REQUEST', 'no'), new Error('a bug')]) {
      const { error, emitted } = await refusedFor(other);
      expect(error).to.equal(other);
      expect(emitted).to.deep.equal([]);
    }
  });

  it('is rejected before its body is read when the store is not ready', () => {
    const storeThat = (isReady: boolean) => ({ isReady: () => isReady }) as TicketStore;
    const error = thrownBy(() => requireStore(storeThat(false))(ctx, async () => {}));
    expect(error).to.include({ code: 'WS_TICKET_REDIS_NOT_READY', cause: undefined });
    expect(() => requireStore(storeThat(true))(ctx, async () => {})).to.not.throw();
  });
});
