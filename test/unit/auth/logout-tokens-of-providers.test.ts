import { expect } from 'chai';
import { fixedKeys } from '../../../src/auth/key-source.ts';
import { createLogoutTokenVerifier } from '../../../src/auth/logout-token.ts';
import { createTrustedKeys } from '../../../src/auth/trusted-keys.ts';
import { configOf } from '../../support/config.ts';
import { LOGOUT_EVENT, signLogoutToken } from '../../support/logout-tokens.ts';
import { rsaKey } from '../../support/signing-key.ts';

type Members = Readonly<Record<string, unknown>>;

interface Shape {
  readonly issuer: string;
  readonly header: Members;
  readonly claims: (iat: number) => Members;
  readonly ends: { readonly subject: string | undefined; readonly sessionId: string | undefined };
}

const KEY = rsaKey('key-1');
const CLIENT_ID = 'web-app';
const EVENTS = { [LOGOUT_EVENT]: {} };

// As their documentation or source has them.
const shapes: Readonly<Record<string, Shape>> = {
  // https://www.keycloak.org/docs/latest/server_admin/#_oidc-logout
  Keycloak: {
    issuer: 'https://sso.example/realms/app',
    header: { typ: 'logout+jwt' },
    claims: (iat) => ({
      exp: iat + 120,
      typ: 'Logout',
      sub: 'f8c2a3d4-0000-4000-8000-000000000001',
      sid: 'b6e21a52-0000-4000-8000-000000000002',
      events: { ...EVENTS, revoke_offline_access: true },
    }),
    ends: { subject: 'f8c2a3d4-0000-4000-8000-000000000001', sessionId: 'b6e21a52-0000-4000-8000-000000000002' },
  },
  'Keycloak, without the session': {
    issuer: 'https://sso.example/realms/app',
    header: { typ: 'JWT' },
    claims: () => ({ typ: 'Logout', sub: 'f8c2a3d4-0000-4000-8000-000000000001', events: EVENTS }),
    ends: { subject: 'f8c2a3d4-0000-4000-8000-000000000001', sessionId: undefined },
  },
  // https://auth0.com/docs/authenticate/login/logout/back-channel-logout
  Auth0: {
    issuer: 'https://tenant.auth0.com/',
    header: { typ: 'logout+jwt' },
    claims: (iat) => ({
      exp: iat + 120,
      sub: 'auth0|62f000000000000000000001',
      sid: 'qEMmKLrZ2oDxUYg0000000000000',
      trace_id: '738000000000000a',
      events: EVENTS,
    }),
    ends: { subject: 'auth0|62f000000000000000000001', sessionId: 'qEMmKLrZ2oDxUYg0000000000000' },
  },
  // https://docs.pingidentity.com/pingoneaic/am-oidc1/backchannel-logout.html
  'PingOne Advanced Identity Cloud': {
    issuer: 'https://tenant.example/am/oauth2/realms/root/realms/alpha',
    header: { typ: 'JWT' },
    claims: () => ({
      sub: 'a0325ea4-9d9b-4056-931b-ab64704cc3da',
      sid: 'mTNo042FCiPkgAJKjdjgCvBWvVYTB1d+zreDBnZAqvM=',
      auditTrackingId: 'cb52bc45-549d-4a9c-86cc-20d7500e333b-91288',
      cause: 'CLIENT_LOGOUT',
      events: EVENTS,
    }),
    ends: {
      subject: 'a0325ea4-9d9b-4056-931b-ab64704cc3da',
      sessionId: 'mTNo042FCiPkgAJKjdjgCvBWvVYTB1d+zreDBnZAqvM=',
    },
  },
  // https://www.ory.com/docs/oauth2-oidc/logout: a list of one client, and no subject.
  'Ory Hydra': {
    issuer: 'https://hydra.example/',
    header: { typ: 'JWT' },
    claims: () => ({ aud: [CLIENT_ID], sid: 'd0000000-0000-4000-8000-000000000003', events: EVENTS }),
    ends: { subject: undefined, sessionId: 'd0000000-0000-4000-8000-000000000003' },
  },
  // https://docs.goauthentik.io/add-secure-apps/providers/oauth2/frontchannel_and_backchannel_logout
  authentik: {
    issuer: 'https://authentik.example/application/o/app/',
    header: { typ: 'logout+jwt' },
    claims: () => ({ sub: 'c1'.repeat(32), sid: '5e'.repeat(32), events: EVENTS }),
    ends: { subject: 'c1'.repeat(32), sessionId: '5e'.repeat(32) },
  },
  // https://zitadel.com/docs/guides/integrate/back-channel-logout
  ZITADEL: {
    issuer: 'https://app.zitadel.example',
    header: { typ: undefined },
    claims: (iat) => ({
      aud: [CLIENT_ID],
      exp: iat + 900,
      sub: '284900000000000001',
      sid: 'V1_284900000000000002',
      events: EVENTS,
    }),
    ends: { subject: '284900000000000001', sessionId: 'V1_284900000000000002' },
  },
};

describe('logout tokens of identity providers', () => {
  for (const [provider, { issuer, header, claims, ends }] of Object.entries(shapes))
    it(`are accepted from ${provider}`, async () => {
      const { jwt } = await configOf({ JWT_ISSUER: issuer });
      const keys = createTrustedKeys({ sources: [fixedKeys([KEY.publicKey], ['RS256'])], expected: [issuer] });
      const verify = createLogoutTokenVerifier(jwt, [{ issuer: undefined, clientId: CLIENT_ID }], keys);
      const iat = Math.floor(Date.now() / 1000);
      const token = signLogoutToken(
        { iss: issuer, aud: CLIENT_ID, iat, jti: 'b0000000-0000-4000-8000-000000000004', ...claims(iat) },
        { secret: KEY.privateKey, algorithm: 'RS256', header: { kid: KEY.kid, ...header } },
      );
      expect(await verify(token)).to.include({ issuer, issuedAt: iat, ...ends });
    });
});
