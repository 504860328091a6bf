import { expect } from 'chai';
import { BACKCHANNEL_LOGOUT_PATH } from '../../../src/protocol/paths.ts';
import { freePort } from '../../support/free-port.ts';
import { type OidcProvider, startOidcProvider } from '../../support/oidc-provider.ts';
import { GATEWAY_KEY, issueTicket, redeem } from '../../support/redeem.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { ecKey } from '../../support/signing-key.ts';

const BY_SESSION = { id: 'by-session', withSession: true };
const BY_SUBJECT = { id: 'by-subject', withSession: false };

describe('back-channel logout by npm oidc-provider', () => {
  let provider: OidcProvider;
  let service: RunningService;

  before(async () => {
    const port = await freePort();
    const logoutUri = `http://127.0.0.1:${port}${BACKCHANNEL_LOGOUT_PATH}`;
    provider = await startOidcProvider(ecKey('key-1'), [BY_SESSION, BY_SUBJECT], logoutUri);
    service = await startService({
      PORT: String(port),
      REDIS_URL: 'memory://',
      GATEWAY_KEYS: GATEWAY_KEY,
      JWT_SECRET: undefined,
      JWT_JWKS_URL: provider.jwksUrl,
      JWT_ISSUER: provider.issuer,
      BACKCHANNEL_LOGOUT_AUDIENCE: `${BY_SESSION.id}, ${provider.issuer} ${BY_SUBJECT.id}`,
    });
  });
  after(async () => {
    await service.stop();
    await provider.close();
  });

  const ticketsOf = (...sessions: readonly { readonly accessToken: string }[]) =>
    Promise.all(sessions.map(({ accessToken: jwt }) => issueTicket(service, { jwt })));
  const good = (tickets: readonly string[]) =>
    Promise.all(tickets.map(async (ticket) => (await redeem(service, { ticket })).status === 200));

  it('ends the session that the user logs out of, and no other', async () => {
    const sessions = [
      await provider.logIn('alice', BY_SESSION),
      await provider.logIn('alice', BY_SESSION),
      await provider.logIn('bob', BY_SESSION),
    ] as const;
    const tickets = await ticketsOf(...sessions);
    await sessions[0].logOut();
    expect(provider.sent.splice(0)).to.deep.equal(['200']);
    expect(await good(tickets)).to.deep.equal([false, true, true]);
    expect(service.eventsOf('ws_ticket_revoked').at(-1)).to.include({ subject: 'alice', scope: 'session' });
  });

  it('refuses the access token of the ended session, and accepts that of a new login', async () => {
    const session = await provider.logIn('carol', BY_SESSION);
    await session.logOut();
    expect(provider.sent.splice(0)).to.deep.equal(['200']);
    expectRefusal(await requestTicket(service, session.accessToken), 401, 'AUTH_TOKEN_INVALID');
    expect(service.eventsOf('auth_rejected').at(-1)).to.include({ reason: 'session_ended' });
    const { accessToken } = await provider.logIn('carol', BY_SESSION);
    expect((await requestTicket(service, accessToken)).status).to.equal(200);
  });

  it('ends all sessions of the user when the logout token names no session', async () => {
    const sessions = [
      await provider.logIn('alice', BY_SUBJECT),
      await provider.logIn('alice', BY_SESSION),
      await provider.logIn('bob', BY_SUBJECT),
    ] as const;
    const tickets = await ticketsOf(...sessions);
    await sessions[0].logOut();
    expect(provider.sent.splice(0)).to.deep.equal(['200']);
    expect(await good(tickets)).to.deep.equal([false, false, true]);
    expect(service.eventsOf('ws_ticket_revoked').at(-1)).to.include({ subject: 'alice', scope: 'subject' });
  });
});
