import { randomBytes } from 'node:crypto';
import type { Adapter, AsymmetricSigningAlgorithm } from 'oidc-provider';
import { startIdentityProvider } from './identity-provider.ts';
import type { SigningKey } from './signing-key.ts';

/** An OpenID provider as applications run it, which issues access tokens (RFC 9068) to a client. */
export interface RealProvider {
  readonly issuer: string;
  /** From now on it publishes these keys and signs with the first. */
  rotate(...keys: readonly SigningKey[]): void;
  /** A new access token, from its token endpoint. */
  token(): Promise<string>;
}

const CLIENT = { client_id: 'robot', client_secret: randomBytes(32).toString('hex') };
const RESOURCE = 'urn:ticketd';

const nothing = async (): Promise<undefined> => undefined;
const NOTHING_STORED: Adapter = {
  upsert: nothing,
  find: nothing,
  findByUserCode: nothing,
  findByUid: nothing,
  consume: nothing,
  destroy: nothing,
  revokeByGrantId: nothing,
};

export const startRealProvider = async (audience: string, ...initial: readonly SigningKey[]): Promise<RealProvider> => {
  const { default: Provider } = await import('oidc-provider');
  const server = await startIdentityProvider();
  const issuer = server.origin;
  const rotate = (...keys: readonly SigningKey[]): void =>
    server.answer(new Provider(issuer, configurationOf(audience, keys)).callback());
  rotate(...initial);
  return { issuer, rotate, token: () => requestToken(issuer) };
};

const algorithmOf = ([first]: readonly SigningKey[]) => first?.jwk.alg as AsymmetricSigningAlgorithm;

const configurationOf = (audience: string, keys: readonly SigningKey[]) => ({
  clients: [
    {
      ...CLIENT,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: algorithmOf(keys),
    },
  ],
  jwks: { keys: keys.map(({ privateKey, jwk }) => ({ ...privateKey.export({ format: 'jwk' }), ...jwk })) },
  // It stores nothing: the tokens are JWTs.
  adapter: () => NOTHING_STORED,
  cookies: { keys: [randomBytes(16).toString('hex')] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope: 'tickets',
        audience,
        accessTokenFormat: 'jwt' as const,
        jwt: { sign: { alg: algorithmOf(keys) } },
      }),
    },
  },
  ttl: { ClientCredentials: 3600 },
});

const requestToken = async (issuer: string): Promise<string> => {
  const credentials = Buffer.from(`${CLIENT.client_id}:${CLIENT.client_secret}`).toString('base64');
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${credentials}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: RESOURCE, scope: 'tickets' }),
  });
  if (!response.ok) throw new Error(`the provider answered ${response.status}: ${await response.text()}`);
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
};
