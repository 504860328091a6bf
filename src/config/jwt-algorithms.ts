import type { KeyObject } from 'node:crypto';

// RFC 7518: a secret at least as long as the output of its hash (3.2), and RSA keys of at least 2,048 bits (3.3, 3.5).
const HMAC = { HS256: 32, HS384: 48, HS512: 64 } as const;
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const;
// RFC 7518, 3.4, by the names that OpenSSL has for the curves.
const CURVES = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' } as const;

/** The fewest bytes of a secret, those of HS256. */
export const MIN_SECRET_BYTES = HMAC.HS256;
const MIN_RSA_BITS = 2048;

/** The algorithms of an identity provider's keys: without HMAC, since a secret is never published. */
export const PUBLIC_KEY_ALGORITHMS = [...RSA, ...Object.values(CURVES), 'EdDSA'] as const;
const HMAC_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const;
export const JWT_ALGORITHMS = [...HMAC_ALGORITHMS, ...PUBLIC_KEY_ALGORITHMS] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

/** The public keys that ticketd accepts, for error messages. */
export const ACCEPTED_KEYS = `RSA of at least ${MIN_RSA_BITS} bits, EC on P-256, P-384 or P-521, or Ed25519`;

/** The algorithms that a key may verify: those of one family, so that an attacker cannot make ticketd confuse two. */
export const algorithmsFor = (key: KeyObject): readonly JwtAlgorithm[] => {
  if (key.type === 'secret') return HMAC_ALGORITHMS.filter((alg) => (key.symmetricKeySize ?? 0) >= HMAC[alg]);
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') return modulusLength >= MIN_RSA_BITS ? RSA : [];
  if (key.asymmetricKeyType === 'ed25519') return ['EdDSA'];
  return key.asymmetricKeyType === 'ec' && isAcceptedCurve(namedCurve) ? [CURVES[namedCurve]] : [];
};

const isAcceptedCurve = (name: string): name is keyof typeof CURVES => Object.hasOwn(CURVES, name);

/** The algorithms that any of the keys may verify. */
export const algorithmsOf = (keys: readonly KeyObject[]): readonly JwtAlgorithm[] => [
  ...new Set(keys.flatMap(algorithmsFor)),
];
