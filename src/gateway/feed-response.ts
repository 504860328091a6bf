import type { IncomingMessage } from 'node:http';

/** ticketd answered without a feed. */
export class NoFeedError extends Error {
  override readonly name = 'NoFeedError';
  /** How long another attempt cannot help, in milliseconds. */
  readonly waitMs: number;

  constructor(message: string, waitMs: number) {
    super(message);
    this.waitMs = waitMs;
  }
}

// A wrong key or address, or an older ticketd: that changes with a deployment only.
const MISCONFIGURED_WAIT_MS = 30_000;
const MAX_RETRY_AFTER_SECONDS = 30;

/** Why a response is not a feed; `undefined` where it is one. */
export const feedProblem = ({ statusCode: status = 0, headers }: IncomingMessage): NoFeedError | undefined => {
  const type = headers['content-type'] ?? '';
  if (status === 200 && /^text\/event-stream\b/i.test(type)) return undefined;
  return new NoFeedError(messageOf(status), waitMsOf(status, headers['retry-after']));
};

const messageOf = (status: number): string => {
  if (status === 401) return 'the key is not one of its GATEWAY_KEYS';
  if (status === 404)
    return 'there is no feed of revocations: it is an older version, GATEWAY_KEYS is not set there, or this is not its internal listener';
  if (status === 503) return 'it returned 503: it cannot read revocations now, or has too many feeds';
  return `it returned ${status} without a feed of revocations`;
};

const waitMsOf = (status: number, retryAfter: string | undefined): number => {
  if (status < 500) return MISCONFIGURED_WAIT_MS;
  const seconds = Number(retryAfter ?? 0);
  return Number.isInteger(seconds) && seconds > 0 ? Math.min(seconds, MAX_RETRY_AFTER_SECONDS) * 1000 : 0;
};
