import { randomBytes } from 'node:crypto';
import { token } from '../jwt.ts';
import type { Secret } from './secret.ts';

/** Secrets that no other test has, made anew for each run, with characters that every encoding changes. */
export interface Canaries {
  readonly jwtSecrets: readonly [string, string];
  readonly gatewayKeys: readonly [string, string];
  readonly redisPassword: string;
  readonly sentinelPassword: string;
  /** A gateway key that is none. */
  readonly wrongKey: string;
  /** What ticketd is told of them, apart from Redis. */
  readonly env: Readonly<Record<string, string>>;
  readonly all: readonly Secret[];
}

// Visible ASCII without a comma, as gateway keys have to be; no `+` lest `form-encoded` be all that finds a part of it.
const SPICE = '"\\/=%&<>@:?#';

const canary = (of: string): string => `${of}${SPICE}${randomBytes(24).toString('base64url')}`;

export const createCanaries = (): Canaries => {
  const jwtSecrets = [canary('jwt-1'), canary('jwt-2-é')] as const;
  const gatewayKeys = [canary('key-1'), canary('key-2')] as const;
  const redisPassword = canary('redis');
  const sentinelPassword = canary('sentinel');
  const wrongKey = canary('no-key');
  return {
    jwtSecrets,
    gatewayKeys,
    redisPassword,
    sentinelPassword,
    wrongKey,
    env: {
      JWT_SECRET: jwtSecrets.join(', '),
      GATEWAY_KEYS: gatewayKeys.join(', '),
      LOG_LEVEL: 'trace',
      // Set on many a machine, and read by libraries.
      DEBUG: '*',
    },
    all: [
      ...jwtSecrets.map((text) => ({ name: 'a JWT secret', text })),
      ...gatewayKeys.map((text) => ({ name: 'a gateway key', text })),
      { name: "Redis' password", text: redisPassword },
      { name: "the Sentinels' password", text: sentinelPassword },
      { name: 'a wrong gateway key', text: wrongKey },
    ],
  };
};

/** Of a JWT what is not the same in all of them. */
export const secretsOf = (name: string, jwt: string): readonly Secret[] => {
  const [, payload = '', signature = ''] = jwt.split('.');
  return [
    { name: `the payload of ${name}`, text: payload },
    { name: `the signature of ${name}`, text: signature },
  ].filter(({ text }) => text !== '');
};

/** A JWT signed with the canary, of a subject that nothing else has. */
export const canaryJwt = ({ jwtSecrets: [secret] }: Canaries, claims: Readonly<Record<string, unknown>> = {}): string =>
  token({ jti: randomBytes(18).toString('base64url'), ...claims }, { secret });
