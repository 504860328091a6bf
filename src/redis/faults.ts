// Replies by which Redis says that it cannot take writes now, whatever the state of the connection.
const REFUSALS = /^-?(READONLY|OOM|MISCONF|LOADING|NOAUTH|WRONGPASS|NOPERM|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|BUSY)\b/;
// Those that a new connection may cure: to the new master, or with the credentials of now.
const CURED_BY_RECONNECTING = new Set(['READONLY', 'NOAUTH', 'WRONGPASS', 'MASTERDOWN']);

export interface Refusal {
  readonly code: string;
  readonly reconnect: boolean;
}

/** Reads an error for what it says about Redis as a whole; `undefined` where it says nothing. */
export const refusalOf = (error: unknown): Refusal | undefined => {
  const code = error instanceof Error ? REFUSALS.exec(error.message)?.[1] : undefined;
  return code === undefined ? undefined : { code, reconnect: CURED_BY_RECONNECTING.has(code) };
};

/**
 * Whether a command may have been done although it failed: its time ran out, or the connection broke before the
 * answer came. Not so where Redis answered with an error, or where the command never left.
 */
export const mayHaveRun = (error: unknown): boolean => {
  if (!(error instanceof Error)) return true;
  return error.name !== 'ReplyError' && !error.message.startsWith("Stream isn't writeable");
};
