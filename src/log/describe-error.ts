/** The part of an error that may be logged: its other fields can contain command arguments and passwords. */
export interface ErrorDescription {
  readonly error: string;
  readonly errorCode: string;
}

const REPLY_CODE = /^([A-Z][A-Z0-9]{2,})(?: |$)/;

const UNREADABLE: ErrorDescription = { error: 'a thrown value that cannot be read', errorCode: 'UNKNOWN' };

/**
 * Message and code of a thrown value of any type. The code comes from Node (`ECONNREFUSED`), Redis (`READONLY …`) or
 * ticketd, or is the class name.
 */
export const describeError = (error: unknown): ErrorDescription => readSafely(() => descriptionOf(error), UNREADABLE);

/** The result of `read` on a thrown value; `fallback` when reading throws, as a Proxy or a getter can. */
export const readSafely = <T>(read: () => T, fallback: T): T => {
  try {
    return read();
  } catch {
    return fallback;
  }
};

/** The stack of a thrown value that has one. */
export const stackOf = (error: unknown): string | undefined =>
  readSafely(() => (error instanceof Error && typeof error.stack === 'string' ? error.stack : undefined), undefined);

const descriptionOf = (error: unknown): ErrorDescription => {
  if (!(error instanceof Error)) return { error: String(error) || 'UNKNOWN', errorCode: 'UNKNOWN' };
  const inner = firstInner(error);
  return { error: messageOf(inner), errorCode: errorCodeOf(inner) };
};

/** As `describeError`, with the message of the cause after the error's own. */
export const describeWithCause = (error: unknown): ErrorDescription => {
  const described = describeError(error);
  const cause = readSafely(() => (error instanceof Error ? error.cause : undefined), undefined);
  return cause === undefined ? described : { ...described, error: `${described.error}: ${describeError(cause).error}` };
};

// Node wraps one failure per address (IPv4 and IPv6) in an AggregateError with an empty message.
const firstInner = (error: Error): Error => {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0];
  // For a cluster ioredis reports only that all nodes failed, with the error of the last one in this field.
  if ('lastNodeError' in error && error.lastNodeError instanceof Error) return error.lastNodeError;
  return error;
};

// OpenSSL's messages end in a line break.
const messageOf = (error: Error): string => String(error.message).replaceAll(/\s+/g, ' ').trim() || errorCodeOf(error);

const errorCodeOf = (error: Error): string => {
  if ('code' in error && typeof error.code === 'string') return error.code;
  return REPLY_CODE.exec(String(error.message))?.[1] ?? (String(error.name) || 'UNKNOWN');
};
