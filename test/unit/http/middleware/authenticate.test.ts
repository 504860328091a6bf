import { createSecretKey } from 'node:crypto';
import { expect } from 'chai';
import type { KeyLookup } from '../../../../src/auth/key-source.ts';
import { authenticate } from '../../../../src/http/middleware/authenticate.ts';
import type { Context } from '../../../../src/http/middleware/context.ts';
import { errorCodeOf } from '../../../../src/http/middleware/error-mapping.ts';
import { configOf } from '../../../support/config.ts';
import { SECRET, token } from '../../../support/jwt.ts';
import { rejectionOf } from '../../../support/rejection.ts';

const KEY = createSecretKey(Buffer.from(SECRET));
const REASON = new Error('its key may not be published yet');

/** Sends a JWT to a key source that replies with `lookup`, and records what the key source was asked. */
const send = async (jwt: string, lookup: KeyLookup) => {
  const asked: (number | undefined)[] = [];
  const keysFor = async (_header: unknown, issuedAt: () => number | undefined) => {
    asked.push(issuedAt());
    return lookup;
  };
  const middleware = authenticate((await configOf({})).jwt, { algorithms: ['HS256'], keysFor });
  const headers = { authorization: `Bearer ${jwt}` };
  const ctx = { state: {}, headers, req: { headers, headersDistinct: {}, rawHeaders: [] } } as unknown as Context;
  const passed = Promise.resolve(middleware(ctx, async () => {}));
  return { asked, ctx, passed };
};

const refusalOf = async (lookup: KeyLookup): Promise<Error> => rejectionOf((await send(token(), lookup)).passed);

describe('POST /ws-ticket authentication', () => {
  it('accepts the JWT when the key source has its key', async () => {
    const { ctx, passed } = await send(token(), { outcome: 'settled', keys: [KEY] });
    await passed;
    expect(ctx.state.caller).to.include({ subject: 'alice', sessionId: 'session-1' });
  });

  it('returns AUTH_TOKEN_INVALID when the key source has no key for the JWT', async () => {
    const refusal = await refusalOf({ outcome: 'settled', keys: [] });
    expect(errorCodeOf(refusal)).to.equal('AUTH_TOKEN_INVALID');
    expect(refusal).to.include({ retryAfter: undefined, message: 'there is no key that its header can mean' });
  });

  for (const [retryAfterMs, retryAfter] of [
    [5_000, 5],
    [4_001, 5],
    [4_000, 4],
    [1, 1],
    [0, 1],
    [-3_000, 1],
    [Number.NEGATIVE_INFINITY, 1],
  ] as const)
    it(`returns AUTH_KEYS_UNAVAILABLE with retryAfter ${retryAfter} when keys are unavailable for ${retryAfterMs} ms`, async () => {
      const refusal = await refusalOf({ outcome: 'unavailable', reason: REASON, retryAfterMs });
      expect(errorCodeOf(refusal)).to.equal('AUTH_KEYS_UNAVAILABLE');
      expect(refusal).to.include({ retryAfter, message: REASON.message });
    });

  it('passes the unverified iat of the JWT to the key source', async () => {
    const { asked, passed } = await send(token({ iat: 7 }, { secret: 'x'.repeat(32) }), {
      outcome: 'settled',
      keys: [KEY],
    });
    expect(errorCodeOf(await rejectionOf(passed))).to.equal('AUTH_TOKEN_INVALID');
    expect(asked).to.deep.equal([7]);
  });

  it('rejects an algorithm that is not allowed without asking the key source', async () => {
    const { asked, passed } = await send(token({}, { algorithm: 'HS512', secret: 'x'.repeat(64) }), {
      outcome: 'unavailable',
      reason: REASON,
      retryAfterMs: 1_000,
    });
    expect(errorCodeOf(await rejectionOf(passed))).to.equal('AUTH_TOKEN_INVALID');
    expect(asked).to.deep.equal([]);
  });
});
