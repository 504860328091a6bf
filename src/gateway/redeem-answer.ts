import type { PostAnswer } from './post.ts';
import { type Identity, Misconfigured } from './redeemer.ts';
import { type RefusalCode, UpgradeRefused } from './refused.ts';

type Body = Readonly<Record<string, unknown>>;

// The fault is not one that a second or two will mend.
const MISCONFIGURED_RETRY_AFTER = 30;
const MAX_RETRY_AFTER = 3600;

/** Who a 200 of ticketd admits; `undefined` where it is no such answer. */
export const readIdentity = ({ status, text }: PostAnswer): Identity | undefined => {
  const { active, subject, sessionId, audience, channel, issuedAt, sessionExpiresAt } = bodyOf(text);
  if (status !== 200 || active !== true || typeof subject !== 'string') return undefined;
  const [issued, ends] = [dateOf(issuedAt), dateOf(sessionExpiresAt)];
  if (issued === undefined || ends === undefined) return undefined;
  return {
    subject,
    sessionId: textOf(sessionId),
    audience: textOf(audience),
    channel: textOf(channel),
    issuedAt: issued,
    sessionExpiresAt: ends,
  };
};

/** What any other answer means for the handshake. */
export const refusalFrom = (answer: PostAnswer, traceId: string): UpgradeRefused => {
  const { status } = answer;
  const { errorCode, message, retryAfter } = bodyOf(answer.text);
  if (status === 403 && errorCode === 'WS_TICKET_NOT_REDEEMABLE') return new UpgradeRefused(errorCode, { traceId });
  if (status === 503 && isOutage(errorCode))
    return new UpgradeRefused(errorCode, {
      traceId,
      retryAfter: secondsOf(retryAfter),
      cause: new Error(`ticketd says: ${message}`),
    });
  const unexpected = new Misconfigured(problemOf(answer));
  if (status >= 400 && status < 500)
    return new UpgradeRefused('WS_TICKET_REDIS_NOT_READY', {
      traceId,
      retryAfter: MISCONFIGURED_RETRY_AFTER,
      cause: unexpected,
    });
  // Somebody between may have passed the request on.
  return new UpgradeRefused('WS_TICKET_OUTCOME_UNKNOWN', {
    traceId,
    cause: status < 500 ? unexpected : new Error(unexpected.message),
  });
};

/** What is wrong, by the answer to a redeem that presented nothing; `undefined` where nothing is. */
export const setUpProblem = (answer: PostAnswer): string | undefined =>
  answer.status === 400 && bodyOf(answer.text).errorCode === 'BAD_REQUEST' ? undefined : problemOf(answer);

const problemOf = ({ status, text }: PostAnswer): string => {
  const { errorCode } = bodyOf(text);
  if (errorCode === 'GATEWAY_UNAUTHORIZED') return 'the key is none of its GATEWAY_KEYS';
  if (status === 404)
    return 'there is no redeem endpoint: GATEWAY_KEYS is not set there, or this is not its internal listener';
  if (isOutage(errorCode)) return 'its Redis is not ready';
  return `answered ${status}, which no ticketd would`;
};

const isOutage = (code: unknown): code is RefusalCode =>
  code === 'WS_TICKET_REDIS_NOT_READY' || code === 'WS_TICKET_OUTCOME_UNKNOWN';

const bodyOf = (text: string): Body => {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? { ...body } : {};
  } catch {
    return {};
  }
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const dateOf = (value: unknown): Date | undefined => {
  const date = new Date(String(value));
  return Number.isNaN(date.getTime()) ? undefined : date;
};

const secondsOf = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 1 && value <= MAX_RETRY_AFTER ? Math.ceil(value) : undefined;
