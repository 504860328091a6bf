import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createClientRig } from '../../support/client-rig.ts';
import { freezeTime } from '../../support/frozen-time.ts';

const COOKIE = { getToken: undefined, credentials: 'include' } as const;

describe("ticketd/client with credentials: 'include'", () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('sends cookies and no Authorization', async () => {
    const rig = createClientRig(clock, { ...COOKIE, path: '/socket' });
    await rig.pass(0);
    const { init } = rig.request();
    expect(init).to.include({ method: 'POST', credentials: 'include', cache: 'no-store' });
    expect(init.headers).to.deep.equal({ 'Content-Type': 'application/json' });
    expect(JSON.parse(String(init.body))).to.deep.equal({ path: '/socket' });
    await rig.open();
    expect(rig.client.state).to.equal('open');
  });

  const answers: readonly (readonly [status: number, errorCode: string | undefined, last: string])[] = [
    [401, 'AUTH_TOKEN_MISSING', 'stopped unauthorized 401 @ 0'],
    [401, 'AUTH_TOKEN_INVALID', 'stopped unauthorized 401 @ 0'],
    [403, 'FORBIDDEN', 'stopped forbidden 403 @ 0'],
    [400, 'BAD_REQUEST', 'stopped invalid 400 @ 0'],
    [401, undefined, 'retry 1 in 500 ticket @ 0'],
    [503, 'WS_TICKET_REDIS_NOT_READY', 'retry 1 in 500 ticket @ 0'],
  ];
  for (const [status, errorCode, last] of answers)
    it(`reports "${last}" after one request that got ${status} ${errorCode ?? 'without errorCode'}`, async () => {
      const rig = createClientRig(clock, COOKIE);
      await rig.pass(0);
      await rig.request().answer(status, { errorCode });
      expect(rig.journal.at(-1)).to.equal(last);
      expect(rig.requests).to.have.lengthOf(1);
    });

  it('requests a ticket again when connect() is called after a 401', async () => {
    const rig = createClientRig(clock, COOKIE);
    await rig.pass(0);
    await rig.request().answer(401, { errorCode: 'AUTH_TOKEN_MISSING' });
    rig.client.connect();
    await rig.open();
    expect(rig.journal.at(-1)).to.equal('open @ 0');
  });

  const wrong: Readonly<Record<string, object>> = {
    'neither getToken nor credentials': { getToken: undefined },
    'both getToken and credentials': { credentials: 'include' },
    'credentials: same-origin': { getToken: undefined, credentials: 'same-origin' },
    'credentials: true': { getToken: undefined, credentials: true },
    'a getToken that is no function beside credentials': { getToken: 'jwt', credentials: 'include' },
  };
  for (const [what, options] of Object.entries(wrong))
    it(`throws a TypeError for ${what}`, () => {
      const message = "set getToken or credentials: 'include'";
      expect(() => createClientRig(clock, options)).to.throw(TypeError, message);
      expect(clock.countTimers()).to.equal(0);
    });
});
