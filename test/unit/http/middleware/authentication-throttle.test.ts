import { expect } from 'chai';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { createAuthenticationThrottle } from '../../../../src/http/middleware/authentication-throttle.ts';
import type { Context } from '../../../../src/http/middleware/context.ts';
import { RequestError } from '../../../../src/http/middleware/error-mapping.ts';
import type { ErrorCode } from '../../../../src/protocol/errors.ts';
import { recordEvents } from '../../../support/emitted.ts';
import { rejectionOf } from '../../../support/rejection.ts';

const LIMITS = { allowed: 3, windowMs: 1000, perSecond: 10, maxWaitMs: 500, maxWaiting: 4, maxAddresses: 10 };

describe('throttling of failed authentications', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => clock.restore());

  const setUp = () => {
    const { emit, emitted } = recordEvents();
    const throttled = createAuthenticationThrottle({ limits: LIMITS, emit });
    const answered: string[] = [];
    const send = async (name: string, address: string, code?: ErrorCode): Promise<void> => {
      const ctx = { state: { traceId: name, address } } as Context;
      const middleware = throttled(() => {
        if (code !== undefined) throw new RequestError(code);
      });
      await Promise.resolve(middleware(ctx, async () => {})).catch(() => {});
      answered.push(name);
    };
    const sendBad = (names: readonly string[], address = '192.0.2.7') =>
      Promise.all(names.map((name) => send(name, address, 'AUTH_TOKEN_INVALID')));
    return { emitted, answered, send, sendBad };
  };

  it('rejects immediately while an address sends few bad credentials', async () => {
    const { answered, sendBad } = setUp();
    await sendBad(['1', '2', '3']);
    expect(answered).to.deep.equal(['1', '2', '3']);
  });

  it('rejects one request after the other beyond the limit', async () => {
    const { answered, sendBad } = setUp();
    const all = sendBad(['1', '2', '3', '4', '5', '6']);
    await clock.tickAsync(0);
    expect(answered).to.deep.equal(['1', '2', '3', '4']);
    await clock.tickAsync(100);
    expect(answered).to.deep.equal(['1', '2', '3', '4', '5']);
    await clock.tickAsync(100);
    await all;
    expect(answered).to.have.length(6);
  });

  it('delays neither valid credentials from the same address nor bad ones from another', async () => {
    const { answered, send, sendBad } = setUp();
    const all = sendBad(['1', '2', '3', '4', '5', '6']);
    await send('good', '192.0.2.7');
    await send('other', '192.0.2.8', 'AUTH_TOKEN_INVALID');
    expect(answered).to.include.members(['good', 'other']).and.not.include('6');
    await clock.tickAsync(1000);
    await all;
  });

  for (const code of ['AUTH_KEYS_UNAVAILABLE', 'AUTH_TOKEN_MISSING', 'GATEWAY_UNAUTHORIZED'] as const)
    it(`counts ${code}`, async () => {
      const { emitted, send } = setUp();
      const all = Promise.all(['1', '2', '3', '4'].map((name) => send(name, '192.0.2.7', code)));
      await clock.tickAsync(0);
      await all;
      expect(emitted.map(({ event }) => event)).to.deep.equal(['bad_credentials_flood']);
    });

  it('counts neither a refusal after the check nor an internal error of the check', async () => {
    const { emit, emitted } = recordEvents();
    const throttled = createAuthenticationThrottle({ limits: { ...LIMITS, allowed: 0 }, emit });
    const ctx = { state: { traceId: 't', address: '192.0.2.7' } } as Context;
    const refusal = new RequestError('BAD_REQUEST');
    const bug = new Error('a bug');
    const refused = throttled(() => {})(ctx, () => Promise.reject(refusal));
    expect(await rejectionOf(Promise.resolve(refused))).to.equal(refusal);
    const failed = throttled(() => Promise.reject(bug))(ctx, async () => {});
    expect(await rejectionOf(Promise.resolve(failed))).to.equal(bug);
    expect(emitted).to.deep.equal([]);
  });

  it('does not run the next middleware when the check throws', async () => {
    const throttled = createAuthenticationThrottle({ limits: LIMITS, emit: recordEvents().emit });
    const refusal = new RequestError('AUTH_TOKEN_MISSING');
    const ctx = { state: { traceId: 't' } } as Context;
    const refused = throttled(() => Promise.reject(refusal))(ctx, () => expect.fail('next was called'));
    expect(await rejectionOf(Promise.resolve(refused))).to.equal(refusal);
  });

  it('counts all addresses of one IPv6 /64 together', async () => {
    const { answered, sendBad } = setUp();
    await sendBad(['1', '2'], '2001:db8::1');
    await sendBad(['3'], '2001:db8:0:0:ffff::2');
    const all = sendBad(['4', '5'], '2001:db8::3');
    await sendBad(['other'], '2001:db8:0:1::1');
    while (answered.length < 5) await clock.tickAsync(0);
    expect(answered).to.deep.equal(['1', '2', '3', 'other', '4']);
    await clock.tickAsync(100);
    await all;
  });

  it('rejects immediately again after the window ends', async () => {
    const { answered, sendBad } = setUp();
    const all = sendBad(['1', '2', '3', '4', '5']);
    await clock.tickAsync(1000);
    await all;
    await sendBad(['6', '7', '8']);
    expect(answered).to.have.length(8);
  });

  it('delays no more responses than allowed, and sends the others immediately', async () => {
    const { answered, sendBad } = setUp();
    const all = sendBad(Array.from({ length: 20 }, (_, n) => String(n)));
    await clock.tickAsync(0);
    expect(answered.length).to.be.at.least(20 - LIMITS.maxWaiting);
    await clock.tickAsync(LIMITS.maxWaitMs);
    await all;
  });

  it('logs once per address and window', async () => {
    const { emitted, sendBad } = setUp();
    const all = sendBad(['1', '2', '3', '4', '5', '6']);
    await clock.tickAsync(1000);
    await all;
    const fields = { traceId: '4', address: '192.0.2.7', count: 4 };
    expect(emitted).to.deep.equal([{ event: 'bad_credentials_flood', fields }]);
  });
});
