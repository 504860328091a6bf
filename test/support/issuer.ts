import type { RequestListener } from 'node:http';
import { type IdentityProvider, startIdentityProvider } from './identity-provider.ts';
import { type Jwk, jwksOf, type SigningKey } from './signing-key.ts';

export const OPENID = '/.well-known/openid-configuration';
export const OAUTH = '/.well-known/oauth-authorization-server';

/** An identity provider whose keys are found by discovery. */
export interface Issuer extends IdentityProvider {
  /** The `iss` of its JWTs. */
  readonly issuer: string;
  /** A JWT of this key and this issuer. */
  sign(key: SigningKey, claims?: Readonly<Record<string, unknown>>): string;
}

export interface IssuerOptions {
  readonly keys: readonly { readonly jwk: Jwk }[];
  /** The path of the issuer; none by default. */
  readonly path?: string;
  /** Where the metadata is, before or after that path. */
  readonly metadata?: typeof OPENID | typeof OAUTH;
}

/** Starts an identity provider with metadata. */
export const startIssuer = async ({ keys, path = '', metadata = OPENID }: IssuerOptions): Promise<Issuer> => {
  const provider = await startIdentityProvider();
  const issuer = `${provider.origin}${path}`;
  const metadataPath = metadata === OPENID ? `${path}${OPENID}` : `${OAUTH}${path}`;
  const document = { issuer, jwks_uri: `${provider.origin}/keys` };
  const publish = (...published: readonly { readonly jwk: Jwk }[]) =>
    provider.answer(serving({ [metadataPath]: JSON.stringify(document), '/keys': jwksOf(...published) }));
  publish(...keys);
  return { ...provider, issuer, publish, sign: (key, claims = {}) => key.sign({ iss: issuer, ...claims }) };
};

/** Answers each of these paths with its text, and any other with 404. */
export const serving =
  (texts: Readonly<Record<string, string>>): RequestListener =>
  ({ url = '' }, response) => {
    const text = texts[url];
    response.writeHead(text === undefined ? 404 : 200, { 'Content-Type': 'application/json' }).end(text);
  };
