import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { describeError } from '../log/describe-error.ts';
import { REQUEST_ID_HEADER } from '../protocol/headers.ts';
import { isJsonObject, type JsonObject, jsonObjectIn } from '../protocol/json.ts';
import { REDEEM_PATH } from '../protocol/paths.ts';
import { endpointUrl } from './endpoint-url.ts';
import { MisconfigurationError } from './misconfiguration-error.ts';
import type { HttpRedeemOptions } from './options.ts';
import { outageCodeOf } from './outage-codes.ts';
import { type NoResponseError, type PostResponse, post } from './post.ts';
import type { Identity, Redeemer, RedeemRequest, RedeemResult } from './redeemer.ts';
import { type RefusalCode, type Refused, refuse } from './refusal.ts';
import { isPosition } from './revocation-source.ts';
import { revocationsOverHttp } from './revocations-over-http.ts';

// Servers close idle connections after 60 s and more: the gateway must close first.
const IDLE_MS = 30_000;
const MAX_SOCKETS = 128;
// A configuration error does not pass within seconds.
const MISCONFIGURED_RETRY_AFTER_SECONDS = 30;
const MAX_RETRY_AFTER_SECONDS = 3600;

/** Redeems at the internal listener of a ticketd. */
export const redeemOverHttp = (options: HttpRedeemOptions, timeoutMs: number): Redeemer => {
  const url = endpointUrl(options.url, REDEEM_PATH);
  const Agent = url.protocol === 'https:' ? HttpsAgent : HttpAgent;
  const agent = options.agent ?? new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, timeout: IDLE_MS });
  const headers = {
    Authorization: `Bearer ${options.key}`,
    'Content-Type': 'application/json',
    'User-Agent': 'ticketd-gateway',
  };

  const send = (body: object, more: Readonly<Record<string, string>> = {}): Promise<PostResponse> =>
    post({ url, agent, headers: { ...headers, ...more }, body: JSON.stringify(body), timeoutMs });

  return {
    start: async () => {
      // Without a ticket ticketd returns 400, after it has checked the key and Redis.
      const problem = await send({}).then(startProblem, ({ cause }: NoResponseError) => describeError(cause).error);
      if (problem !== undefined) throw new Error(`ticketd at ${url.origin}: ${problem}`);
    },
    isReady: () => true,
    revocations: revocationsOverHttp(options),
    redeem: async ({ traceId, ...request }) => {
      const more = { [REQUEST_ID_HEADER]: traceId };
      const sendBoth = async () => {
        const response = await send(bodyFor(request), more);
        return isUnknownMember(response) ? send(olderBodyFor(request), more) : response;
      };
      return sendBoth().then(
        (response) => resultOf(response, traceId),
        (error: NoResponseError) => refuseUnanswered(error, traceId),
      );
    },
    close: async () => {
      if (options.agent === undefined) agent.destroy();
    },
  };
};

type RedeemBody = Omit<RedeemRequest, 'traceId'>;

// `null` says that the request had no origin; without the member ticketd does not check it.
const olderBodyFor = ({ ticket, audience, origin }: RedeemBody) => ({ ticket, audience, origin: origin ?? null });

const bodyFor = (request: RedeemBody) => {
  const { path, fetchSite, host } = request;
  return { ...olderBodyFor(request), path, fetchSite, host };
};

// A ticketd before tickets with a path refuses the member, and does not touch the ticket.
const isUnknownMember = ({ status, text }: PostResponse): boolean =>
  status === 400 && bodyOf(text).errorCode === 'BAD_REQUEST';

const resultOf = (response: PostResponse, traceId: string): RedeemResult => {
  const identity = readIdentity(response);
  return identity === undefined ? readRefusal(response, traceId) : { outcome: 'redeemed', identity };
};

const refuseUnanswered = ({ sent, cause }: NoResponseError, traceId: string): Refused =>
  refuse(sent ? 'WS_TICKET_OUTCOME_UNKNOWN' : 'WS_TICKET_REDIS_NOT_READY', { traceId, cause });

/** The client that a 200 of ticketd admits; `undefined` for any other response. */
export const readIdentity = ({ status, text }: PostResponse): Identity | undefined => {
  const body = bodyOf(text);
  const { active, subject, sessionId, audience, channel, issuedAt, sessionExpiresAt, sessionExpiresIn } = body;
  if (status !== 200 || active !== true || typeof subject !== 'string') return undefined;
  const [issued, ends] = [optionalDate(issuedAt), optionalDate(sessionExpiresAt)];
  if (issued === undefined || ends === undefined) return undefined;
  return {
    issuer: optionalText(body.issuer),
    subject,
    sessionId: optionalText(sessionId),
    audience: optionalText(audience),
    channel: optionalText(channel),
    claims: optionalObject(body.claims),
    issuedAt: issued,
    sessionExpiresAt: ends,
    sessionExpiresIn: secondsLeft(sessionExpiresIn) ?? secondsUntil(ends),
    revocationKeys: textsOf(body.revocationKeys),
    revocationPosition: isPosition(body.revocationPosition) ? body.revocationPosition : undefined,
  };
};

// An older ticketd returns none.
const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];

const secondsLeft = (seconds: unknown): number | undefined =>
  typeof seconds === 'number' && Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;

// An older ticketd returns the instant only: then the clock of this machine has to do.
const secondsUntil = (instant: Date): number => Math.max(0, instant.getTime() - Date.now()) / 1000;

/** What any other response means for the handshake. */
export const readRefusal = (response: PostResponse, traceId: string): Refused => {
  const { errorCode } = bodyOf(response.text);
  if (response.status === 403 && errorCode === 'WS_TICKET_NOT_REDEEMABLE') return refuse(errorCode, { traceId });
  const outage = response.status === 503 ? outageCodeOf(errorCode) : undefined;
  return outage === undefined ? refuseUnexpected(response, traceId) : refuseOutage(response, outage, traceId);
};

const refuseOutage = ({ text }: PostResponse, code: RefusalCode, traceId: string): Refused => {
  const { message, retryAfter } = bodyOf(text);
  const cause = new Error(`ticketd returned: ${message}`);
  return refuse(code, { traceId, retryAfter: validRetryAfter(retryAfter), cause });
};

// A status below 500 is a configuration error. Only with a 4xx it is certain that no ticketd took the ticket.
const refuseUnexpected = (response: PostResponse, traceId: string): Refused => {
  const { status } = response;
  const problem = problemOf(response);
  const cause = status < 500 ? new MisconfigurationError(problem) : new Error(problem);
  return status >= 400 && status < 500
    ? refuse('WS_TICKET_REDIS_NOT_READY', { traceId, retryAfter: MISCONFIGURED_RETRY_AFTER_SECONDS, cause })
    : refuse('WS_TICKET_OUTCOME_UNKNOWN', { traceId, cause });
};

/** What is wrong, by the response to a redeem without a ticket; `undefined` where nothing is. */
export const startProblem = (response: PostResponse): string | undefined =>
  response.status === 400 && bodyOf(response.text).errorCode === 'BAD_REQUEST' ? undefined : problemOf(response);

const problemOf = ({ status, text }: PostResponse): string => {
  const { errorCode, message } = bodyOf(text);
  if (errorCode === 'GATEWAY_UNAUTHORIZED') return 'the key is not one of its GATEWAY_KEYS';
  if (status === 404)
    return 'there is no redeem endpoint: GATEWAY_KEYS is not set there, or this is not its internal listener';
  if (outageCodeOf(errorCode) !== undefined) return `it returned: ${message}`;
  return `unexpected response: ${status} ${optionalText(errorCode) ?? 'without an errorCode'}`;
};

const bodyOf = (text: string): JsonObject => jsonObjectIn(text) ?? {};

const optionalText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const optionalObject = (value: unknown): JsonObject | undefined => (isJsonObject(value) ? value : undefined);

const optionalDate = (value: unknown): Date | undefined => {
  const date = new Date(optionalText(value) ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
};

const validRetryAfter = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 1 && value <= MAX_RETRY_AFTER_SECONDS ? Math.ceil(value) : undefined;
