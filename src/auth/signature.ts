import { type KeyObject, verify as verifySignature } from 'node:crypto';
import koaJwt from 'koa-jwt';
import type { JwtAlgorithm } from '../config/jwt-algorithms.ts';
import { describeError } from '../log/describe-error.ts';
import { TokenRejected } from './errors.ts';

/**
 * Whether a key fits the signature of a JWT. Rejects with `TokenRejected` if no key can. It checks no claims.
 */
export type CheckSignature = (jwt: string, alg: JwtAlgorithm, key: KeyObject) => Promise<boolean>;

/** Makes the check for these algorithms. The caller passes only keys that are for the algorithm. */
export const createSignatureCheck = (algorithms: readonly JwtAlgorithm[]): CheckSignature => {
  const check = checkWithKoaJwt(algorithms);
  return async (jwt, alg, key) => (alg === 'EdDSA' ? fitsEd25519(jwt, key) : check(jwt, key));
};

// RFC 8037, 3.1, which jsonwebtoken does not have.
const fitsEd25519 = (jwt: string, key: KeyObject): boolean => {
  const end = jwt.lastIndexOf('.');
  return verifySignature(null, Buffer.from(jwt.slice(0, end)), key, Buffer.from(jwt.slice(end + 1), 'base64url'));
};

/** koa-jwt verifies what it finds in the context of a request; this is all of one that it uses. */
const checkWithKoaJwt = (algorithms: readonly JwtAlgorithm[]) => {
  const options: koaJwt.Options & { ignoreExpiration: true; ignoreNotBefore: true } = {
    // The key of each JWT is in the state, where koa-jwt looks first.
    secret: [],
    getToken: ({ state: { jwt } }) => jwt,
    algorithms: algorithms.filter((alg) => alg !== 'EdDSA'),
    // koa-jwt passes on to jsonwebtoken what its own types do not name. `claim-checks.ts` checks both times.
    ignoreExpiration: true,
    ignoreNotBefore: true,
  };
  const verify = koaJwt(options);
  return async (jwt: string, key: KeyObject): Promise<boolean> => {
    let fits = true;
    const reject = (_status: number, _message: string, { originalError }: { originalError?: unknown } = {}) => {
      fits = false;
      rejectUnlessMisfit(originalError);
    };
    await verify({ state: { jwt, secret: key }, throw: reject } as never, noopNext);
    return fits;
  };
};

const noopNext = async (): Promise<void> => {};

// jsonwebtoken's words.
const MISFIT = 'invalid signature';

const rejectUnlessMisfit = (error: unknown): void => {
  // JSON.parse quotes the JWT in its message.
  if (error instanceof SyntaxError) throw new TokenRejected('malformed', 'its header or payload is not JSON');
  const { error: message } = describeError(error);
  if (message !== MISFIT) throw new TokenRejected('signature', message);
};
