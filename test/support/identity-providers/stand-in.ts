import { signatures, signedAs, signedByHand } from '../forged-jwt.ts';
import { type IdentityProvider, startIdentityProvider } from '../identity-provider.ts';
import { OPENID, serving } from '../issuer.ts';
import { ecKey, edKey, jwksOf, type KeyAlgorithm, rsaKey, type SigningKey } from '../signing-key.ts';
import type { Members, Mistake, ProviderGuide, Variables } from './provider-guide.ts';

type Change = Partial<Omit<Mistake, 'what' | 'symptom' | 'remedy'>>;

/** A provider of a guide on this machine, with one of its mistakes, if given. */
export interface StandIn {
  readonly variables: Variables;
  /** What the client sends. */
  readonly sent: string;
  /** A text of the guide as it is on this machine: with the addresses and the secret in use. */
  local(text: string): string;
}

const KEYS_PATH = '/keys';
const now = Math.floor(Date.now() / 1000);

const makeKeys = (): Readonly<Partial<Record<KeyAlgorithm, SigningKey>>> => ({
  RS256: rsaKey('rsa'),
  ES256: ecKey('256'),
  ES384: ecKey('384', 'ES384'),
  EdDSA: edKey('ed'),
});
const [own, others] = [makeKeys(), makeKeys()];

/** Starts a server for each address of the guide; ends with `closeProviders`. */
export const startStandIn = async (guide: ProviderGuide, change: Change = {}): Promise<StandIn> => {
  const variables = { ...guide.variables, ...change.variables };
  const servers = await startServers(originsIn(guide.variables, variables));
  const local = (text: string): string => {
    const withSecret = text.replaceAll('YOUR_SECRET', guide.secret ?? '');
    return [...servers].reduce((done, [origin, server]) => done.replaceAll(origin, server.origin), withSecret);
  };
  const localized = <T>(value: T): T => JSON.parse(local(JSON.stringify(value)));
  for (const [origin, server] of servers)
    server.answer(serving({ ...localized(textsOf(guide, origin)), ...localized(served(change.serves)) }));
  return {
    variables: localized({ JWT_SECRET: '', ...variables }),
    sent: change.opaque ?? jwtOf(guide, change, localized({ ...guide.claims(now), ...change.claims })),
    local,
  };
};

const startServers = async (origins: readonly string[]): Promise<ReadonlyMap<string, IdentityProvider>> =>
  new Map(await Promise.all(origins.map(async (origin) => [origin, await startIdentityProvider()] as const)));

const addressesIn = ({ JWT_ISSUERS = '', JWT_JWKS_URL = '' }: Variables): readonly string[] =>
  [...JWT_ISSUERS.split(','), JWT_JWKS_URL].filter((address) => address !== '');

// As text: a URL would have the placeholders in lower case.
const originOf = (address: string): string => /^https:\/\/[^/]+/.exec(address)?.[0] ?? '';

const originsIn = (...variables: readonly Variables[]): readonly string[] => [
  ...new Set(variables.flatMap(addressesIn).map(originOf)),
];

/** What the provider publishes at an origin, by path. */
const textsOf = ({ variables, header, jwk }: ProviderGuide, origin: string): Readonly<Record<string, string>> => {
  const { JWT_ISSUERS = '', JWT_JWKS_URL = '' } = variables;
  const key = own[header.alg as KeyAlgorithm];
  if (key === undefined) return {};
  const keys = jwksOf({
    jwk: { ...key.publicKey.export({ format: 'jwk' }), kid: header.kid, ...(jwk ?? { use: 'sig', alg: header.alg }) },
  });
  const issuers = JWT_ISSUERS.split(',').filter((issuer) => originOf(issuer) === origin);
  const metadata = issuers.map((issuer) => [
    `${issuer.slice(origin.length).replace(/\/$/, '')}${OPENID}`,
    JSON.stringify({ issuer, jwks_uri: `${origin}${KEYS_PATH}` }),
  ]);
  const path = originOf(JWT_JWKS_URL) === origin ? JWT_JWKS_URL.slice(origin.length) : KEYS_PATH;
  return { ...Object.fromEntries(metadata), [path]: keys };
};

const served = (documents: Members = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(documents).map(([path, document]) => [path, JSON.stringify(document)]));

const jwtOf = (guide: ProviderGuide, { header, signedBy }: Change, payload: Members): string => {
  const alg = typeof signedBy === 'object' ? 'HS256' : (signedBy ?? guide.header.alg);
  const changed = { ...guide.header, ...header, alg };
  if (typeof signedBy === 'object') return signedByHand(payload, { header: changed, secret: signedBy.secret });
  if (alg.startsWith('HS')) return signedByHand(payload, { header: changed, secret: secretOf(guide) });
  const algorithm = alg as KeyAlgorithm;
  const key = (signedBy === undefined ? own : others)[algorithm];
  if (key === undefined) throw new Error(`no key for ${alg}`);
  return signedAs(changed, payload, signatures[algorithm](key.privateKey));
};

const secretOf = ({ secret = '', variables }: ProviderGuide): Buffer =>
  Buffer.from(secret, variables.JWT_SECRET_ENCODING === 'base64' ? 'base64' : 'utf8');
