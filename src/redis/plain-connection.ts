import type { Redis } from 'ioredis';
import { codedError } from '../protocol/coded-error.ts';

/**
 * Makes an ioredis connection send only what is needed and never print to the console. ioredis prints an error without
 * a listener, and a reply to AUTH that it takes for a mere warning; with `enableReadyCheck` and RESP3, which are off
 * here, also more.
 */
export const plainConnection = (redis: Redis): Redis => {
  const { auth, duplicate } = redis;
  redis.on('error', () => {});
  surviveLaterErrors(redis);
  return Object.assign(redis, {
    auth: (...credentials: Parameters<Redis['auth']>) => auth.apply(redis, credentials).catch(handleAuthError),
    // A cluster client asks for its slots on a duplicate, which it gives a name of its own with CLIENT.
    duplicate: (options?: Parameters<Redis['duplicate']>[0]) =>
      plainConnection(duplicate.call(redis, { ...options, connectionName: '' })),
  });
};

// ioredis listens to the first error of a stream alone. A TLS stream can have another, which would end the process.
const surviveLaterErrors = (redis: Redis): void => {
  const connector = Reflect.get(redis, 'connector');
  const { connect } = connector;
  connector.connect = async (...args: unknown[]) => (await connect.apply(connector, args)).on('error', () => {});
};

// ioredis would print the first two and continue, also after the third, on a connection without authentication.
const handleAuthError = (error: Error): 'OK' => {
  if (/no password is set|without any password configured/.test(error.message)) return 'OK';
  if (!/wrong number of arguments/.test(error.message)) throw error;
  throw codedError('NO_USERS', 'Redis does not know users, only a password');
};
