import type { KeyObject } from 'node:crypto';
import koaJwt from 'koa-jwt';
import type { Config } from '../config/variables.ts';
import { describeError } from '../log/describe-error.ts';
import { TokenRejected } from './errors.ts';
import { explainAudience, explainIssuer, issuerNamedBy, signatureExplainer } from './explain.ts';
import { type Claims, unverifiedClaims } from './jose-header.ts';
import type { KeySource } from './key-source.ts';

/** Verifies a JWT with keys, at least one; throws `TokenRejected` with the reason. */
export type Verify = (jwt: string, keys: readonly KeyObject[]) => Promise<Claims>;

type JwtSettings = Config['jwt'];

/** Makes the function that verifies the signature, the times, the issuer and the audience of a JWT. */
export const createVerifier = (settings: JwtSettings, { algorithms }: KeySource): Verify => {
  const verify = verifyWithKoaJwt(settings, algorithms);
  const explainSignature = signatureExplainer(settings);
  return async (jwt, keys) => {
    for (const key of keys) {
      try {
        return await verify(jwt, key);
      } catch (error) {
        // Otherwise this key fits the signature, and the fault is in the claims.
        if (!isWrongSignature(error)) throw error;
      }
    }
    throw new TokenRejected('signature', `${explainSignature(jwt)}${issuerNamedBy(jwt)}`);
  };
};

const isWrongSignature = (error: unknown): boolean =>
  error instanceof TokenRejected && error.message === WRONG_SIGNATURE;

// jsonwebtoken's words.
const WRONG_SIGNATURE = 'invalid signature';

/** koa-jwt verifies what it finds in the context of a request; this is all of one that it uses. */
const verifyWithKoaJwt = (settings: JwtSettings, algorithms: KeySource['algorithms']) => {
  const { issuer, audience, clockToleranceSeconds } = settings;
  const options: koaJwt.Options & { clockTolerance: number } = {
    // The key of each JWT is in the state, where koa-jwt looks first.
    secret: [],
    key: 'claims',
    getToken: ({ state: { jwt } }) => jwt,
    algorithms: [...algorithms],
    // koa-jwt passes on to jsonwebtoken what its own types do not name.
    clockTolerance: clockToleranceSeconds,
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };
  const verify = koaJwt(options);
  return async (jwt: string, key: KeyObject): Promise<Claims> => {
    const state: { jwt: string; secret: KeyObject; claims?: unknown } = { jwt, secret: key };
    const reject = (_status: number, _message: string, { originalError }: { originalError?: unknown } = {}) => {
      throw rejectionFor(originalError, jwt, settings);
    };
    await verify({ state, throw: reject } as never, noopNext);
    if (!isObject(state.claims)) throw new TokenRejected('malformed', 'its payload is not an object');
    return state.claims;
  };
};

const noopNext = async (): Promise<void> => {};

const isObject = (value: unknown): value is Claims => typeof value === 'object' && value !== null;

/** The rejection for what jsonwebtoken threw: it checks the signature first, so the claims are genuine. */
const rejectionFor = (error: unknown, jwt: string, { issuer = '', audience = '' }: JwtSettings): TokenRejected => {
  // JSON.parse quotes the JWT in its message.
  if (error instanceof SyntaxError) return new TokenRejected('malformed', 'its payload is not JSON');
  const { error: message, errorCode } = describeError(error);
  const claims = unverifiedClaims(jwt);
  if (errorCode === 'TokenExpiredError')
    return new TokenRejected('expired', `it expired ${secondsSince(claims.exp)} s ago by the clock of ticketd`);
  if (errorCode === 'NotBeforeError')
    return new TokenRejected(
      'not_yet_valid',
      `its nbf is ${-secondsSince(claims.nbf)} s ahead of the clock of ticketd`,
    );
  if (message.startsWith('jwt issuer invalid')) return new TokenRejected('issuer', explainIssuer(issuer, claims));
  if (message.startsWith('jwt audience invalid'))
    return new TokenRejected('audience', explainAudience(audience, claims));
  return new TokenRejected(/^invalid (nbf|exp) /.test(message) ? 'claims' : 'signature', message);
};

/** Seconds since a time in a claim, negative if it is in the future. */
export const secondsSince = (time: unknown): number => Math.round(Date.now() / 1000 - Number(time));
