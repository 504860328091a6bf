import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { describeError } from '../log/describe-error.ts';
import type { HttpRedeemOptions } from './options.ts';
import { type NoAnswer, type PostAnswer, post } from './post.ts';
import { readIdentity, refusalFrom, setUpProblem } from './redeem-answer.ts';
import type { Redeemer, RedeemResult } from './redeemer.ts';
import { UpgradeRefused } from './refused.ts';

const PATH = '/api/v1/auth/ws-ticket/redeem';
// Below the 60 s and more after which whoever listens gives up an idle connection: ours must be the first side to do so.
const IDLE_MS = 30_000;
const MAX_SOCKETS = 128;

export const redeemOverHttp = ({ url, key, agent: given }: HttpRedeemOptions, timeoutMs: number): Redeemer => {
  const target = redeemUrl(new URL(url));
  const Agent = target.protocol === 'https:' ? HttpsAgent : HttpAgent;
  const agent = given ?? new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, timeout: IDLE_MS });
  const headers = {
    Authorization: `Bearer ${key}`,
    'Content-Type': 'application/json',
    'User-Agent': 'ticketd-gateway',
  };

  const ask = (body: object, more: Readonly<Record<string, string>> = {}): Promise<PostAnswer> =>
    post({ url: target, agent, headers: { ...headers, ...more }, body: JSON.stringify(body), timeoutMs });

  return {
    start: async () => {
      // Without a ticket it is refused as a bad request, once the key has been found right and Redis ready.
      const problem = await ask({}).then(setUpProblem, ({ cause }: NoAnswer) => describeError(cause).error);
      if (problem !== undefined) throw new Error(`ticketd at ${target.origin}: ${problem}`);
    },
    isReady: () => true,
    redeem: async ({ traceId, ticket, audience, origin = null }) => {
      // `null` says that the handshake had no origin; left out, it says that the gateway has not looked.
      const body = { ticket, audience, origin };
      return ask(body, { 'X-Request-Id': traceId }).then(
        (answer) => resultOf(answer, traceId),
        (error: NoAnswer) => ({ outcome: 'refused', refusal: unanswered(error, traceId) }),
      );
    },
    close: async () => {
      if (given === undefined) agent.destroy();
    },
  };
};

const redeemUrl = (base: URL): URL => {
  const { pathname } = base;
  return new URL(`${pathname.replace(/\/+$/, '')}${PATH}`, base);
};

const resultOf = (answer: PostAnswer, traceId: string): RedeemResult => {
  const identity = readIdentity(answer);
  if (identity !== undefined) return { outcome: 'redeemed', identity };
  return { outcome: 'refused', refusal: refusalFrom(answer, traceId) };
};

const unanswered = ({ sent, cause }: NoAnswer, traceId: string): UpgradeRefused =>
  new UpgradeRefused(sent ? 'WS_TICKET_OUTCOME_UNKNOWN' : 'WS_TICKET_REDIS_NOT_READY', { traceId, cause });
