import type { Scale } from './results.ts';

/** Microseconds of CPU for one connect, which is a ticket issued and redeemed. */
interface ConnectCost {
  readonly ticketdMicros: number;
  readonly redisMicros: number;
}

/** What the formula needs of the measured. */
export interface Figures {
  readonly single: ConnectCost;
  /** On Redis Cluster, where commands go out one by one. */
  readonly cluster: ConnectCost;
  /** A request refused while Redis is down, and one refused since too many are under way. */
  readonly refusedMicros: number;
  readonly shedMicros: number;
  /** Of Redis' memory, for a live ticket. */
  readonly bytesPerTicket: number;
}

export interface Size {
  readonly tasks: number;
  readonly shards: number;
  /** What all shards together hold of tickets. */
  readonly memoryMb: number;
}

/** The part of its CPU that a task is to use: the target of ops/deploy/ecs/scaling.yaml. */
export const TASK_LOAD = 0.6;
/** Redis does one command at a time: half its core is left for bursts. */
export const SHARD_LOAD = 0.5;
/** A task may be lost, or be away for a deployment. */
const SPARE_TASKS = 1;
/** TICKET_TTL_SECONDS, unless it is set. A used ticket is remembered for as long. */
export const TTL_SECONDS = 30;
/** Of a client that is refused time and again: `Retry-After: 1`, and on average half of the 8 s that full jitter spans. */
export const SECONDS_BETWEEN_ATTEMPTS = 1 + 4;

const MICROS = 1e6;

export const figuresOf = ({ costs, cluster, tickets }: Scale): Figures => ({
  single: withManyTickets(sumOf(costs.issue, costs.redeem), tickets),
  cluster: withManyTickets(sumOf(cluster.issue, cluster.redeem), tickets),
  refusedMicros: costs.refused.ticketdMicros,
  shedMicros: costs.shed.ticketdMicros,
  bytesPerTicket: Math.max(...tickets.rows.filter((row) => row.tickets >= 10_000).map((row) => row.bytesEach)),
});

const sumOf = (...parts: readonly ConnectCost[]): ConnectCost => ({
  ticketdMicros: parts.reduce((sum, part) => sum + part.ticketdMicros, 0),
  redisMicros: parts.reduce((sum, part) => sum + part.redisMicros, 0),
});

/** Redis takes longer to find its way among many keys: by as much as the most live tickets made it. */
const withManyTickets = (cost: ConnectCost, { rows }: Scale['tickets']): ConnectCost => {
  const redis = rows.map(({ redisMicros }) => redisMicros);
  return { ...cost, redisMicros: (cost.redisMicros * Math.max(...redis)) / Math.min(...redis) };
};

/** Tasks of one vCPU each and shards of one core each for that many connects a second, day in, day out. */
export const sizeFor = (connectsPerSecond: number, figures: Figures, ttlSeconds = TTL_SECONDS): Size => {
  const shardsAt = ({ redisMicros }: ConnectCost) =>
    Math.ceil((connectsPerSecond * redisMicros) / (SHARD_LOAD * MICROS));
  const cost = shardsAt(figures.single) > 1 ? figures.cluster : figures.single;
  return {
    tasks: Math.ceil((connectsPerSecond * cost.ticketdMicros) / (TASK_LOAD * MICROS)) + SPARE_TASKS,
    shards: Math.max(1, shardsAt(cost)),
    memoryMb: (connectsPerSecond * ttlSeconds * figures.bytesPerTicket) / 2 ** 20,
  };
};

/**
 * Tasks of one vCPU each with which users that all lost their sockets at once are back within that time, of 20 s or more.
 * Of N tasks' CPU, refusing those that still wait takes `waiting × a`, where `a` is what a refusal costs for each second
 * between two of them, and the rest brings users back at `b` each: `b × d(waiting)/dt = waiting × a - N`. Nobody waits any
 * more at `T` where `N = users × a / (1 - exp(-a × T / b))`; the last to be refused come back one such time later.
 */
export const tasksForStorm = (users: number, withinSeconds: number, figures: Figures): number => {
  const a = figures.shedMicros / SECONDS_BETWEEN_ATTEMPTS;
  const b = figures.single.ticketdMicros;
  const seconds = withinSeconds - SECONDS_BETWEEN_ATTEMPTS;
  return Math.ceil((users * a) / (1 - Math.exp((-a * seconds) / b)) / MICROS);
};
