import { wireErrors } from '../../../src/protocol/errors.ts';
import { type Agenda, createAgenda } from './agenda.ts';
import { CLIENT, type Clients, createClients } from './clients.ts';
import { seededRandom } from './random.ts';
import { inVirtualTime } from './virtual-time.ts';

/** What a request costs one task, in microseconds of CPU. */
export interface TaskCosts {
  /** A ticket issued, and redeemed. */
  readonly connectMicros: number;
  /** A ticket refused while Redis is down. */
  readonly refusedMicros: number;
  /** A request refused unseen, since too many are under way. */
  readonly shedMicros: number;
}

/** How a task lets requests in (src/http/server/concurrency-limiter.ts). */
export interface TaskGate {
  readonly maxInFlight: number;
  readonly perTurn: number;
}

export interface StormOptions {
  /** Clients whose sockets are all cut at the same instant, and that ask this one task. */
  readonly clients: number;
  /** How long Redis is down from that instant on; 0 for a storm of the gateways' making. */
  readonly outageMs: number;
  readonly costs: TaskCosts;
  readonly gate: TaskGate;
  readonly seed: number;
  /** When to give up on those who are not back. */
  readonly endMs?: number;
}

export interface Storm {
  /** When each client that came back did, in the order of coming back; in milliseconds since the cut, as all else. */
  readonly backAt: readonly number[];
  readonly requests: number;
  readonly refused: number;
  readonly shed: number;
  /** Requests that their client gave up on. */
  readonly givenUp: number;
  /** How many requests were sent in each of the windows of `WINDOW_MS`. */
  readonly sent: readonly number[];
}

export const WINDOW_MS = 100;
const END_MS = 600_000;
const retryAfterMs = (code: keyof typeof wireErrors): number => (wireErrors[code].retryAfter ?? 0) * 1000;
const SHED_FLOOR_MS = retryAfterMs('SERVICE_OVERLOADED');
const REFUSED_FLOOR_MS = retryAfterMs('WS_TICKET_REDIS_NOT_READY');

/**
 * Simulates a reconnect storm: clients with their real schedule against a task that does one thing at a time. In
 * each turn of its event loop it looks at all that has come, refuses what is too much, then starts a few of those that
 * wait, the first to come first. A request that has waited for longer than its client's patience is gone, at no cost.
 */
export const simulateStorm = (options: StormOptions): Storm =>
  inVirtualTime((time) => {
    const agenda = createAgenda();
    const clients = createClients(options.clients, { time, agenda, random: seededRandom(options.seed) });
    for (let client = 0; client < options.clients; client += 1) clients.failed(client, 0, 0);
    return runTask(options, agenda, clients);
  });

const runTask = ({ outageMs, costs, gate, endMs = END_MS }: StormOptions, agenda: Agenda, clients: Clients): Storm => {
  const counts = { requests: 0, refused: 0, shed: 0, givenUp: 0 };
  const backAt: number[] = [];
  const sent: number[] = [];
  const waiting = createQueue();
  let now = 0;

  const spend = (micros: number) => {
    now += micros / 1000;
  };

  const giveUp = (client: number) => {
    counts.givenUp += 1;
    clients.failed(client, clients.attemptedAt(client) + CLIENT.timeoutMs, 0);
  };

  const isGone = (client: number) => clients.attemptedAt(client) + CLIENT.timeoutMs <= now;

  const lookAt = (client: number) => {
    const window = Math.floor(clients.attemptedAt(client) / WINDOW_MS);
    sent[window] = (sent[window] ?? 0) + 1;
    counts.requests += 1;
    if (isGone(client)) return giveUp(client);
    if (waiting.size() < gate.maxInFlight) return waiting.push(client);
    spend(costs.shedMicros);
    counts.shed += 1;
    clients.failed(client, now, SHED_FLOOR_MS);
  };

  const serve = (client: number) => {
    const down = now < outageMs;
    spend(down ? costs.refusedMicros : costs.connectMicros);
    if (!down) return void backAt.push(now);
    counts.refused += 1;
    clients.failed(client, now, REFUSED_FLOOR_MS);
  };

  /** Of those that came before the turn began: what comes while it lasts is for the next. */
  const lookAtArrivals = () => {
    const turnBegan = now;
    for (let client = agenda.takeDue(turnBegan); client !== undefined; client = agenda.takeDue(turnBegan))
      lookAt(client);
  };

  const dropGone = () => {
    for (let first = waiting.first(); first !== undefined && isGone(first); first = waiting.first()) {
      waiting.shift();
      giveUp(first);
    }
  };

  const startSome = () => {
    for (let started = 0; started < gate.perTurn; started += 1) {
      const client = waiting.shift();
      if (client === undefined) return;
      serve(client);
    }
  };

  while (now < endMs) {
    lookAtArrivals();
    dropGone();
    startSome();
    if (waiting.size() > 0) continue;
    const next = agenda.next();
    if (next === undefined) break;
    now = Math.max(now, next);
  }
  return { ...counts, backAt, sent: Array.from(sent, (number) => number ?? 0) };
};

/** First in, first out, without moving the rest at each taking. */
const createQueue = () => {
  let items: number[] = [];
  let taken = 0;
  return {
    size: () => items.length - taken,
    push: (item: number) => void items.push(item),
    first: () => items[taken],
    shift: () => {
      const item = items[taken];
      if (item === undefined) return undefined;
      taken += 1;
      if (taken > 100_000) {
        items = items.slice(taken);
        taken = 0;
      }
      return item;
    },
  };
};
