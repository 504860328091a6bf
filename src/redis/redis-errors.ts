import { describeError } from '../log/describe-error.ts';

// Replies by which Redis says that it cannot take writes now, whatever the state of the connection.
const REFUSALS = /^-?(READONLY|OOM|MISCONF|LOADING|NOAUTH|WRONGPASS|NOPERM|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|BUSY)\b/;
// Those that a new connection may cure: to the new master, or with the credentials of now.
const CURED_BY_RECONNECTING = new Set(['READONLY', 'NOAUTH', 'WRONGPASS', 'MASTERDOWN']);

/** Whether an error says no more than that the connection is gone. */
export const isConnectionClosed = (error: unknown): boolean => describeError(error).error === 'Connection is closed.';

export interface Refusal {
  readonly code: string;
  readonly reconnect: boolean;
}

/** Reads an error for what it says about Redis as a whole; `undefined` where it says nothing. */
export const refusalOf = (error: unknown): Refusal | undefined => {
  const code = error instanceof Error ? REFUSALS.exec(error.message)?.[1] : undefined;
  return code === undefined ? undefined : { code, reconnect: CURED_BY_RECONNECTING.has(code) };
};

// What ioredis says, of one connection and of a cluster, when it has none to send a command on.
const NEVER_LEFT = /^(Stream isn't writeable|Cluster isn't ready)/;

/**
 * Whether a command may have been done although it failed: its time ran out, or the connection broke before the
 * answer came. Not so where Redis answered with an error, or where the command never left.
 */
export const mayHaveRun = (error: unknown): boolean => {
  if (!(error instanceof Error)) return true;
  return error.name !== 'ReplyError' && !NEVER_LEFT.test(error.message);
};

/** The error by which a command failed, in words and with a code for the log: ioredis' own speak of its options. */
export const readableError = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const [code, words] = PLAIN.find(([, , ioredis]) => ioredis.test(error.message)) ?? [];
  return code === undefined ? error : Object.assign(new Error(words, { cause: error }), { code });
};

const PLAIN = [
  ['ETIMEDOUT', 'Redis did not answer in time', /^Command timed out/],
  ['ENOTCONN', 'there was no connection to Redis', NEVER_LEFT],
  [
    'ECONNRESET',
    'the connection was closed before Redis answered',
    /^(Reached the max retries|Connection is closed|Command aborted)/,
  ],
] as const;
