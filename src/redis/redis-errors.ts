import { describeError } from '../log/describe-error.ts';
import { codedError } from '../protocol/coded-error.ts';
import type { RedisAccess } from './options.ts';

// Error replies that mean that Redis cannot accept writes now, whatever the state of the connection.
const REFUSALS = /^-?(READONLY|OOM|MISCONF|LOADING|NOAUTH|WRONGPASS|NOPERM|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|BUSY)\b/;
// A new connection may fix these: it goes to the new master, or uses the current credentials.
const FIXED_BY_RECONNECTING = new Set(['READONLY', 'NOAUTH', 'WRONGPASS', 'MASTERDOWN']);

// The ioredis errors, of a single connection and of a cluster, for a command that it could not send.
const NOT_SENT = /^(Stream isn't writeable|Cluster isn't ready)/;

/**
 * Whether an error says only that the connection is closed, or that a command was not sent; after a reply of Redis a reset
 * says no more than that.
 */
export const hasNoReason = (error: unknown, { afterReply = false } = {}): boolean => {
  const { error: message, errorCode } = describeError(error);
  return (
    message === 'Connection is closed.' ||
    NOT_SENT.test(message) ||
    (afterReply && ['ECONNRESET', 'EPIPE'].includes(errorCode))
  );
};

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

// ioredis' error for a reply without a command: Redis sends one before it closes a connection that it refuses.
const UNASKED_REPLY = /^Command queue state error\..* Last error: (.*)$/s;

/** Whether Redis itself replied with this error; in a cluster the last node that was asked. */
export const isReply = (error: unknown): boolean =>
  isNamed(error, 'ReplyError') ||
  (error instanceof Error && UNASKED_REPLY.test(error.message)) ||
  (error instanceof Error && 'lastNodeError' in error && isReply(error.lastNodeError));

/** The error with the words of Redis alone, where ioredis wraps them in its own. */
export const redisReply = (error: unknown): unknown => {
  const reply = error instanceof Error ? UNASKED_REPLY.exec(error.message)?.[1] : undefined;
  return reply === undefined ? error : new Error(reply);
};

/** Whether a code is that of a TLS failure. */
export const isTlsFailure = (code: string): boolean =>
  /CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|^EPROTO$|UNABLE_TO/.test(code);

export interface Refusal {
  readonly code: string;
  readonly reconnect: boolean;
}

/** The refusal in an error that concerns all commands; `undefined` when it concerns one command only. */
export const refusalOf = (error: unknown): Refusal | undefined => {
  const code = error instanceof Error ? REFUSALS.exec(error.message)?.[1] : undefined;
  return code === undefined ? undefined : { code, reconnect: FIXED_BY_RECONNECTING.has(code) };
};

// Of Redis or a Sentinel, whose reply `sentinels.ts` puts behind its address.
const WRONG_PASSWORD = /\b(?:WRONGPASS|NOAUTH)\b/;

/** Whether Redis, or a Sentinel, refused the password. */
export const isWrongPassword = (error: unknown): boolean => WRONG_PASSWORD.test(describeError(error).error);

/**
 * Whether Redis may have run a command although it failed: it timed out, or the connection was closed before the
 * reply. `false` when Redis replied with an error, or when the command was not sent.
 */
export const mayHaveRun = (error: unknown): boolean => {
  if (!(error instanceof Error)) return true;
  return !isNamed(error, 'ReplyError') && !NOT_SENT.test(error.message);
};

/** Whether a command got no reply within its time limit. */
export const isTimeout = (error: unknown): boolean => error instanceof Error && error.message === 'Command timed out';

/** The error of a command with a readable message and a code for the log: the messages of ioredis name its options. */
export const readableError = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const [code, message] = READABLE.find(([, , original]) => original.test(error.message)) ?? [];
  return code === undefined ? error : codedError(code, message, { cause: error });
};

const READABLE = [
  ['ETIMEDOUT', 'Redis did not reply in time', /^Command timed out/],
  ['ENOTCONN', 'there was no connection to Redis', NOT_SENT],
  [
    'ECONNRESET',
    'the connection was closed before Redis replied',
    /^(Reached the max retries|Connection is closed|Command aborted)/,
  ],
] as const;

// Redis repeats the arguments of an unknown command, such as a renamed AUTH; the end may be truncated.
const REPEATED_ARGUMENTS = /,? with args beginning with:.*$/s;
// A shorter password would match half of every message, and is no secret.
const MIN_PASSWORD_CHARACTERS = 4;

/** Returns a function that removes passwords from an error: some servers repeat in it what they were sent. */
export const createRedactor = ({ target, redis }: RedisAccess): ((error: unknown) => unknown) => {
  const passwords = [target.password, redis.sentinelPassword].filter(
    (password) => password !== undefined && password.length >= MIN_PASSWORD_CHARACTERS,
  ) as readonly string[];
  const redact = (text: string): string =>
    passwords.reduce((rest, password) => rest.replaceAll(password, '[password]'), text.replace(REPEATED_ARGUMENTS, ''));
  return (error) => {
    const { error: original, errorCode: code } = describeError(error);
    const message = redact(original);
    return message === original ? error : codedError(code, message);
  };
};
