import { expect } from 'chai';
import sinon from 'sinon';

const MODULE = new URL('../../../ops/try/demo/last-ticket.mjs', import.meta.url).href;
const ISSUED = { event: 'ws_ticket_issued', ticketId: 'one', traceId: 'abc', sessionId: 'session', subject: 'user' };

interface Ticket {
  readonly id: string;
  readonly states: readonly { state: string; reason?: string }[];
}

describe('demo: last ticket', () => {
  let clock: sinon.SinonFakeTimers;
  let follow: (event: object) => unknown;
  let ticket: Ticket | undefined;
  let isStored: () => Promise<boolean>;

  beforeEach(async () => {
    const { followLastTicket } = await import(MODULE);
    clock = sinon.useFakeTimers();
    ticket = undefined;
    isStored = async () => true;
    follow = followLastTicket({
      ttlSeconds: 30,
      isStored: () => isStored(),
      onChange: (changed: Ticket) => {
        ticket = changed;
      },
    });
  });
  afterEach(() => clock.restore());

  const observe = (...events: object[]) => {
    for (const event of events) follow({ time: new Date(Date.now()).toISOString(), ...event });
  };
  const states = () => ticket?.states.map(({ state, reason }) => (reason ? `${state} ${reason}` : state));

  it('expires after its time to live, not before', () => {
    observe(ISSUED);
    clock.tick(29_999);
    expect(states()).to.deep.equal(['issued']);
    clock.tick(1);
    expect(states()).to.deep.equal(['issued', 'expired']);
  });

  it('does not expire once it is used', () => {
    observe(ISSUED, { event: 'ws_ticket_redeemed', ticketId: 'one' });
    clock.tick(60_000);
    expect(states()).to.deep.equal(['issued', 'used']);
  });

  it('has the reason of a refusal, and at most six states', () => {
    const refusal = { event: 'ws_ticket_rejected', ticketId: 'one', reason: 'used' };
    observe(ISSUED, { event: 'ws_ticket_redeemed', ticketId: 'one' }, ...Array(10).fill(refusal));
    expect(states()).to.deep.equal(Array(6).fill('refused used'));
  });

  it('ignores events of other tickets and of other sessions', () => {
    observe(
      ISSUED,
      { event: 'ws_ticket_redeemed', ticketId: 'other' },
      { event: 'ws_ticket_rejected', ticketId: 'other' },
    );
    observe({ event: 'ws_ticket_revoked', scope: 'session', sessionId: 'other', subject: 'user' });
    observe({ event: 'ws_ticket_revoked', scope: 'subject', sessionId: 'session', subject: 'other' });
    expect(states()).to.deep.equal(['issued']);
  });

  for (const revocation of [
    { scope: 'session', sessionId: 'session', subject: 'user' },
    { scope: 'subject', sessionId: 'other', subject: 'user' },
  ])
    it(`is revoked with its ${revocation.scope}`, () => {
      observe(ISSUED, { event: 'ws_ticket_revoked', ...revocation });
      expect(states()).to.deep.equal(['issued', 'revoked']);
    });

  it('stays used when its session is revoked later', () => {
    observe(ISSUED, { event: 'ws_ticket_redeemed', ticketId: 'one' });
    observe({ event: 'ws_ticket_revoked', scope: 'session', sessionId: 'session' });
    expect(states()).to.deep.equal(['issued', 'used']);
  });

  for (const event of ['redis_up', 'redis_connect_ok'])
    it(`is lost if the store no longer has it at ${event}`, async () => {
      observe(ISSUED);
      await follow({ event });
      expect(states()).to.deep.equal(['issued']);
      isStored = async () => false;
      await follow({ event });
      expect(states()).to.deep.equal(['issued', 'lost']);
    });

  it('stays issued if the store cannot be read', async () => {
    observe(ISSUED);
    isStored = () => Promise.reject(new Error('Redis is down again'));
    await follow({ event: 'redis_up' });
    expect(states()).to.deep.equal(['issued']);
  });

  it('is lost when ticketd restarts with its own memory as the store', () => {
    observe(ISSUED, { event: 'memory_store' });
    expect(states()).to.deep.equal(['issued', 'lost']);
  });

  it('is replaced by the next one, which has its own time to live', () => {
    observe(ISSUED);
    clock.tick(20_000);
    observe({ ...ISSUED, ticketId: 'two' });
    clock.tick(20_000);
    expect(ticket?.id).to.equal('two');
    expect(states()).to.deep.equal(['issued']);
  });
});
