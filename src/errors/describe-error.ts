/** What of an error may be logged: never the object itself, whose fields can hold command arguments and passwords. */
export interface ErrorDescription {
  readonly error: string;
  readonly errorCode: string;
}

const REPLY_CODE = /^([A-Z][A-Z0-9]{2,})(?: |$)/;

/** Message and code of an error; the code is Node's (`ECONNREFUSED`), Redis' (`READONLY …`), our own, or the class name. */
export const describeError = (error: unknown): ErrorDescription => {
  if (!(error instanceof Error)) return { error: String(error), errorCode: 'UNKNOWN' };
  const inner = firstInner(error);
  return { error: messageOf(inner), errorCode: codeOf(inner) };
};

/** As `describeError`, with the message of the cause behind the error's own. */
export const describeWithCause = (error: unknown): ErrorDescription => {
  const described = describeError(error);
  if (!(error instanceof Error) || error.cause === undefined) return described;
  return { ...described, error: `${described.error}: ${describeError(error.cause).error}` };
};

export const stackOf = (error: unknown): string | undefined => (error instanceof Error ? error.stack : undefined);

// Node wraps one failure per address (IPv4 and IPv6) in an AggregateError with an empty message.
const firstInner = (error: Error): Error => {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0];
  // ioredis says of a cluster only that none of its nodes would do, and keeps the reason of the last one here.
  if ('lastNodeError' in error && error.lastNodeError instanceof Error) return error.lastNodeError;
  return error;
};

// OpenSSL's messages end in a line break.
const messageOf = (error: Error): string => error.message.replaceAll(/\s+/g, ' ').trim() || codeOf(error);

const codeOf = (error: Error): string => {
  if ('code' in error && typeof error.code === 'string') return error.code;
  return REPLY_CODE.exec(error.message)?.[1] ?? error.name;
};
