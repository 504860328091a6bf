import { expect } from 'chai';
import sinon from 'sinon';

const MODULE = new URL('../../../ops/try/demo/login.mjs', import.meta.url).href;

interface Login {
  observe(event: object): void;
  signIn(): Promise<{ claims: { iat: number; sessionId: string } }>;
}

describe('demo: login', () => {
  let clock: sinon.SinonFakeTimers;
  let login: Login;

  beforeEach(async () => {
    const { createLogin } = await import(MODULE);
    clock = sinon.useFakeTimers({ now: 10_300 });
    login = createLogin('secret');
  });
  afterEach(() => clock.restore());

  const revoke = (scope: string) =>
    login.observe({ event: 'ws_ticket_revoked', scope, time: new Date(Date.now()).toISOString() });

  it('waits for the next second after a logout everywhere', async () => {
    revoke('subject');
    let issued: number | undefined;
    const signedIn = login.signIn().then(({ claims }) => {
      issued = claims.iat;
    });
    await clock.tickAsync(699);
    expect(issued).to.equal(undefined);
    await clock.tickAsync(1);
    await signedIn;
    expect(issued).to.equal(11);
  });

  it('does not wait after a logout of one session, or in a later second', async () => {
    revoke('session');
    expect((await login.signIn()).claims.iat).to.equal(10);
    revoke('subject');
    clock.tick(700);
    expect((await login.signIn()).claims.iat).to.equal(11);
  });

  it('makes each sign-in a session of its own', async () => {
    const [one, other] = [await login.signIn(), await login.signIn()];
    expect(one.claims.sessionId).not.to.equal(other.claims.sessionId);
  });
});
