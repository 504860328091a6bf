import { JWT_ALGORITHMS, type JwtAlgorithm } from '../config/jwt-algorithms.ts';

/** Why `alg` is refused, by its registered name: what is allowed, and what would allow it. */
export const explainAlgorithm = (name: string, allowed: readonly JwtAlgorithm[]): string => {
  const remedy = algorithmRemedy(name, allowed);
  return `its alg is ${name}; allowed are ${allowed.join(', ')}${remedy === undefined ? '' : `; ${remedy}`}`;
};

const algorithmRemedy = (name: string, allowed: readonly JwtAlgorithm[]): string | undefined => {
  if (!JWT_ALGORITHMS.some((alg) => alg === name)) return undefined;
  const isOfSecret = (alg: string) => alg.startsWith('HS');
  const isSameKind = allowed.some((alg) => isOfSecret(alg) === isOfSecret(name));
  if (isOfSecret(name))
    return isSameKind
      ? 'JWT_SECRET is too short for it, or JWT_ALGORITHMS excludes it'
      : 'it is signed with a secret: JWT_SECRET is not set, or JWT_ALGORITHMS excludes it';
  return isSameKind
    ? 'no key is for it, or JWT_ALGORITHMS excludes it'
    : 'it is signed with a private key: none of JWT_ISSUERS, JWT_JWKS_URL and JWT_PUBLIC_KEY is set, or JWT_ALGORITHMS excludes it';
};
