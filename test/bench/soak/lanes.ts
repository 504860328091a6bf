// A process of its own that gets tickets and redeems them, in some lanes side by side; soak.ts starts it.
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { now } from '../../support/storm/recorded-fetch.ts';
import { type Exchange, tally, type Window } from './windows.ts';

export interface LanesPlan {
  readonly issueUrl: string;
  readonly redeemUrl: string;
  readonly gatewayKey: string;
  /** Each is used in turn. */
  readonly tokens: readonly string[];
  /** Tickets got and redeemed in a second, by all lanes; as many as they can where there is none. */
  readonly perSecond?: number;
}

const LANES = 32;
/** No connection lasts longer, so that a process that drains soon has none. */
const CONNECTION_MS = 1000;

const exchanges: Exchange[] = [];
let over = false;

const exchange = async (url: string, headers: Readonly<Record<string, string>>, agent: Agent, body?: string) => {
  const sentAt = now();
  const end = (outcome: string) => exchanges.push({ sentAt, tookMs: now() - sentAt, outcome });
  try {
    const sent = request(url, { method: 'POST', headers, agent }).end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const answered = await text(answer);
    end(String(answer.statusCode));
    return answer.statusCode === 200 ? answered : undefined;
  } catch (error) {
    end((error as NodeJS.ErrnoException).code ?? String(error));
    return undefined;
  }
};

const connectOnce = async (plan: LanesPlan, jwt: string, agent: Agent): Promise<void> => {
  const issued = await exchange(plan.issueUrl, { authorization: `Bearer ${jwt}` }, agent);
  if (issued === undefined) return;
  const headers = { authorization: `Bearer ${plan.gatewayKey}`, 'content-type': 'application/json' };
  await exchange(plan.redeemUrl, headers, agent, JSON.stringify({ ticket: JSON.parse(issued).ticket }));
};

const newAgent = () => new Agent({ keepAlive: true, maxSockets: 1 });

const runLane = async (plan: LanesPlan, lane: number): Promise<void> => {
  const beganAt = now();
  let agent = newAgent();
  let bornAt = beganAt;
  for (let number = lane; !over; number += LANES) {
    if (plan.perSecond !== undefined) await delay(beganAt + (number * 1000) / plan.perSecond - now());
    if (now() - bornAt > CONNECTION_MS) {
      agent.destroy();
      agent = newAgent();
      bornAt = now();
    }
    await connectOnce(plan, plan.tokens[number % plan.tokens.length] ?? '', agent);
  }
  agent.destroy();
};

process.once('message', async (plan: LanesPlan) => {
  const lanes = Array.from({ length: LANES }, (_, lane) => runLane(plan, lane));
  const [windows] = (await once(process, 'message')) as [readonly Window[]];
  over = true;
  await Promise.all(lanes);
  process.send?.(tally(exchanges, windows));
});
