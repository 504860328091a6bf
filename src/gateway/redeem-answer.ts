import type { PostAnswer } from './post.ts';
import { type Identity, Misconfigured } from './redeemer.ts';
import { type RefusalCode, UpgradeRefused } from './refused.ts';

type Body = Readonly<Record<string, unknown>>;

// A fault of the set-up does not pass within a second or two.
const MISCONFIGURED_RETRY_AFTER = 30;
const MAX_RETRY_AFTER = 3600;

/** Who a 200 of ticketd admits; `undefined` where it is no such answer. */
export const readIdentity = ({ status, text }: PostAnswer): Identity | undefined => {
  const { active, subject, sessionId, audience, channel, issuedAt, sessionExpiresAt, sessionExpiresIn } = bodyOf(text);
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
    sessionExpiresIn: leftOf(sessionExpiresIn) ?? secondsUntil(ends),
  };
};

const leftOf = (seconds: unknown): number | undefined =>
  typeof seconds === 'number' && Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;

// An older ticketd names the instant alone, which the clock of this machine has to be good enough for.
const secondsUntil = (instant: Date): number => Math.max(0, instant.getTime() - Date.now()) / 1000;

/** What any other answer means for the handshake. */
export const refusalFrom = (answer: PostAnswer, traceId: string): UpgradeRefused => {
  const { errorCode } = bodyOf(answer.text);
  if (answer.status === 403 && errorCode === 'WS_TICKET_NOT_REDEEMABLE')
    return new UpgradeRefused(errorCode, { traceId });
  const outage = answer.status === 503 ? OUTAGES.get(errorCode) : undefined;
  return outage === undefined ? unexpected(answer, traceId) : unavailable(answer, outage, traceId);
};

const unavailable = ({ text }: PostAnswer, code: RefusalCode, traceId: string): UpgradeRefused => {
  const { message, retryAfter } = bodyOf(text);
  const cause = new Error(`ticketd says: ${message}`);
  return new UpgradeRefused(code, { traceId, retryAfter: secondsOf(retryAfter), cause });
};

// Below 500 it is a fault of the set-up; outside 4xx somebody between may have passed the request on all the same.
const unexpected = (answer: PostAnswer, traceId: string): UpgradeRefused => {
  const { status } = answer;
  const problem = problemOf(answer);
  const cause = status < 500 ? new Misconfigured(problem) : new Error(problem);
  return status >= 400 && status < 500
    ? new UpgradeRefused('WS_TICKET_REDIS_NOT_READY', { traceId, retryAfter: MISCONFIGURED_RETRY_AFTER, cause })
    : new UpgradeRefused('WS_TICKET_OUTCOME_UNKNOWN', { traceId, cause });
};

/** What is wrong, by the answer to a redeem that presented nothing; `undefined` where nothing is. */
export const setUpProblem = (answer: PostAnswer): string | undefined =>
  answer.status === 400 && bodyOf(answer.text).errorCode === 'BAD_REQUEST' ? undefined : problemOf(answer);

const problemOf = ({ status, text }: PostAnswer): string => {
  const { errorCode, message } = bodyOf(text);
  if (errorCode === 'GATEWAY_UNAUTHORIZED') return 'the key is none of its GATEWAY_KEYS';
  if (status === 404)
    return 'there is no redeem endpoint: GATEWAY_KEYS is not set there, or this is not its internal listener';
  if (OUTAGES.has(errorCode)) return `it says: ${message}`;
  return `unexpected answer: ${status} ${textOf(errorCode) ?? 'without an errorCode'}`;
};

/** What each 503 of ticketd means for the ticket. */
const OUTAGES: ReadonlyMap<unknown, RefusalCode> = new Map([
  ['SERVICE_OVERLOADED', 'WS_TICKET_REDIS_NOT_READY'],
  ['WS_TICKET_OUTCOME_UNKNOWN', 'WS_TICKET_OUTCOME_UNKNOWN'],
  ['WS_TICKET_REDIS_NOT_READY', 'WS_TICKET_REDIS_NOT_READY'],
]);

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
  const date = new Date(textOf(value) ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
};

const secondsOf = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 1 && value <= MAX_RETRY_AFTER ? Math.ceil(value) : undefined;
