import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { MisconfigurationError } from '../../../src/gateway/misconfiguration-error.ts';
import { readIdentity, readRefusal, startProblem } from '../../../src/gateway/redeem-over-http.ts';
import { freezeTime } from '../../support/frozen-time.ts';

const NOW = Date.parse('2026-01-01T00:00:00.000Z');
const FULL = {
  active: true,
  issuer: 'https://issuer.test',
  subject: 'alice',
  sessionId: 'session-1',
  audience: 'chat',
  channel: 'room/1',
  issuedAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2026-01-01T00:00:30.000Z',
  sessionExpiresAt: '2026-01-01T01:00:00.000Z',
  sessionExpiresIn: 3590.5,
  revocationKeys: ['subject-key', 'session-key'],
  revocationPosition: '1767225600000-0000000007',
  traceId: 't',
};

const answer = (body: unknown, status = 200) => ({ status, text: JSON.stringify(body) });
const identityOf = (more: object, status = 200) => readIdentity(answer({ ...FULL, ...more }, status));

describe('ticketd/gateway readIdentity()', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime(NOW);
  });
  afterEach(() => clock.restore());

  it('returns the identity of the redeemed ticket', () => {
    expect(identityOf({})).to.deep.equal({
      issuer: 'https://issuer.test',
      subject: 'alice',
      sessionId: 'session-1',
      audience: 'chat',
      channel: 'room/1',
      claims: undefined,
      issuedAt: new Date(NOW),
      sessionExpiresAt: new Date(NOW + 3_600_000),
      sessionExpiresIn: 3590.5,
      revocationKeys: ['subject-key', 'session-key'],
      revocationPosition: '1767225600000-0000000007',
    });
  });

  it('returns no revocation keys and no position where they are missing, as from an older ticketd, or invalid', () => {
    for (const nothing of [undefined, null, 'key', {}])
      expect(identityOf({ revocationKeys: nothing, revocationPosition: nothing })).to.deep.include({
        revocationKeys: [],
        revocationPosition: undefined,
      });
    expect(identityOf({ revocationKeys: ['a', 7, null] })?.revocationKeys).to.deep.equal(['a']);
  });

  it('accepts a response without issuer, sessionId, audience and channel', () => {
    for (const nothing of [null, undefined, 7])
      expect(identityOf({ issuer: nothing, sessionId: nothing, audience: nothing, channel: nothing })).to.include({
        issuer: undefined,
        sessionId: undefined,
        audience: undefined,
        channel: undefined,
      });
  });

  it('returns the claims that the ticket carries, if they are an object', () => {
    expect(identityOf({ claims: { tenant: 'acme' } })?.claims).to.deep.equal({ tenant: 'acme' });
    for (const claims of [null, undefined, [], 'tenant', 7]) expect(identityOf({ claims })?.claims).to.equal(undefined);
  });

  it('ignores unknown members', () => {
    expect(identityOf({ roles: {}, more: [] })).to.include({ subject: 'alice' });
  });

  for (const left of [undefined, null, '3590', true])
    it(`falls back to sessionExpiresAt when sessionExpiresIn is ${JSON.stringify(left)}, as from an older ticketd`, () => {
      expect(identityOf({ sessionExpiresIn: left })?.sessionExpiresIn).to.equal(3600);
      clock.setSystemTime(NOW + 3_600_001);
      expect(identityOf({ sessionExpiresIn: left })?.sessionExpiresIn).to.equal(0);
    });

  it('uses sessionExpiresIn independently of the clock of the gateway', () => {
    for (const skew of [-86_400_000, 60_000, 86_400_000]) {
      clock.setSystemTime(NOW + skew);
      expect(identityOf({ sessionExpiresIn: 3 })?.sessionExpiresIn).to.equal(3);
    }
    expect(identityOf({ sessionExpiresIn: -1 })?.sessionExpiresIn).to.equal(0);
    expect(identityOf({ sessionExpiresIn: 0 })?.sessionExpiresIn).to.equal(0);
  });

  for (const [what, more, status] of [
    ['status 201', {}, 201],
    ['status 403', {}, 403],
    ['active set to false', { active: false }],
    ['active set to a string', { active: 'true' }],
    ['no subject', { subject: null }],
    ['a subject that is a number', { subject: 1 }],
    ['no issuedAt', { issuedAt: undefined }],
    ['an issuedAt that is a number', { issuedAt: 7 }],
    ['an issuedAt that is not a date', { issuedAt: 'today' }],
    ['no sessionExpiresAt', { sessionExpiresAt: null, sessionExpiresIn: 3 }],
  ] as const)
    it(`returns no identity for a response with ${what}`, () => {
      expect(identityOf(more, status)).to.equal(undefined);
    });

  for (const text of ['', '<html>', 'null', '[]', '"alice"', '1', '{'])
    it(`returns no identity for a response with the body ${text || '(empty)'}`, () => {
      expect(readIdentity({ status: 200, text })).to.equal(undefined);
      expect(readRefusal({ status: 200, text }, 't').refusal.errorCode).to.equal('WS_TICKET_OUTCOME_UNKNOWN');
    });
});

describe('ticketd/gateway readRefusal()', () => {
  const refusal = (status: number, body: unknown) => {
    const { errorCode, retryAfter, cause, reason, traceId } = readRefusal(answer(body, status), 't').refusal;
    expect({ reason, traceId }).to.deep.equal({ reason: undefined, traceId: 't' });
    return { errorCode, retryAfter, cause: cause as Error | undefined };
  };

  it('returns WS_TICKET_NOT_REDEEMABLE for a 403 with that code, and not for a 401', () => {
    expect(refusal(403, { errorCode: 'WS_TICKET_NOT_REDEEMABLE' })).to.deep.equal({
      errorCode: 'WS_TICKET_NOT_REDEEMABLE',
      retryAfter: undefined,
      cause: undefined,
    });
    expect(refusal(401, { errorCode: 'WS_TICKET_NOT_REDEEMABLE' }).errorCode).to.equal('WS_TICKET_REDIS_NOT_READY');
  });

  for (const [said, meant] of [
    ['WS_TICKET_REDIS_NOT_READY', 'WS_TICKET_REDIS_NOT_READY'],
    ['WS_TICKET_OUTCOME_UNKNOWN', 'WS_TICKET_OUTCOME_UNKNOWN'],
    ['SERVICE_OVERLOADED', 'WS_TICKET_REDIS_NOT_READY'],
  ] as const)
    it(`returns ${meant} with the retryAfter of a 503 ${said}, but not of a 500`, () => {
      const { cause, ...rest } = refusal(503, { errorCode: said, message: 'not now', retryAfter: 7 });
      expect(rest).to.deep.equal({ errorCode: meant, retryAfter: 7 });
      expect(cause).to.have.property('message', 'ticketd returned: not now');
      expect(refusal(500, { errorCode: said, retryAfter: 7 })).to.deep.include({
        errorCode: 'WS_TICKET_OUTCOME_UNKNOWN',
        retryAfter: 2,
      });
    });

  for (const [retryAfter, expected] of [
    [1, 1],
    [1.2, 2],
    [3600, 3600],
    [3601, 2],
    [0.9, 2],
    [0, 2],
    [-1, 2],
    ['7', 2],
    [undefined, 2],
  ] as const)
    it(`returns retryAfter ${expected} for a retryAfter of ${JSON.stringify(retryAfter)}`, () => {
      const refused = refusal(503, { errorCode: 'WS_TICKET_REDIS_NOT_READY', retryAfter });
      expect(refused.retryAfter).to.equal(expected);
    });

  for (const [status, errorCode, retryAfter, misconfigured] of [
    [204, 'WS_TICKET_OUTCOME_UNKNOWN', 2, true],
    [399, 'WS_TICKET_OUTCOME_UNKNOWN', 2, true],
    [400, 'WS_TICKET_REDIS_NOT_READY', 30, true],
    [403, 'WS_TICKET_REDIS_NOT_READY', 30, true],
    [499, 'WS_TICKET_REDIS_NOT_READY', 30, true],
    [500, 'WS_TICKET_OUTCOME_UNKNOWN', 2, false],
    [503, 'WS_TICKET_OUTCOME_UNKNOWN', 2, false],
  ] as const)
    it(`returns ${errorCode} for an unexpected ${status}`, () => {
      const { cause, ...rest } = refusal(status, {});
      expect(rest).to.deep.equal({ errorCode, retryAfter });
      expect(cause instanceof MisconfigurationError).to.equal(misconfigured);
      expect(cause?.message).to.equal(`unexpected response: ${status} without an errorCode`);
    });

  it('names the errorCode of an unexpected response', () => {
    expect(refusal(500, { errorCode: 'INTERNAL_ERROR' }).cause?.message).to.equal(
      'unexpected response: 500 INTERNAL_ERROR',
    );
  });
});

describe('ticketd/gateway startup check of the redeem endpoint', () => {
  const problem = (status: number, body: unknown) => startProblem(answer(body, status));

  it('passes for 400 BAD_REQUEST only', () => {
    expect(problem(400, { errorCode: 'BAD_REQUEST' })).to.equal(undefined);
    expect(problem(401, { errorCode: 'BAD_REQUEST' })).to.equal('unexpected response: 401 BAD_REQUEST');
    expect(problem(400, {})).to.equal('unexpected response: 400 without an errorCode');
  });

  it('names the problem: wrong key, no redeem endpoint, or the message of ticketd', () => {
    expect(problem(401, { errorCode: 'GATEWAY_UNAUTHORIZED' })).to.equal('the key is not one of its GATEWAY_KEYS');
    expect(problem(404, { errorCode: 'NOT_FOUND' })).to.include('there is no redeem endpoint');
    expect(problem(503, { errorCode: 'SERVICE_OVERLOADED', message: 'busy' })).to.equal('it returned: busy');
  });
});
