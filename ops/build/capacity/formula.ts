import type { Scale } from './results.ts';

/** CPU time of one connect, which is a ticket issued and redeemed, in microseconds. */
interface ConnectCost {
  readonly ticketdMicros: number;
  readonly redisMicros: number;
}

/** The measured figures that the formula uses. */
export interface Figures {
  readonly single: ConnectCost;
  /** On Redis Cluster, where each command is sent on its own. */
  readonly cluster: ConnectCost;
  /** A request refused while Redis is down, and one rejected because too many are in flight. */
  readonly refusedMicros: number;
  readonly shedMicros: number;
  /** Redis memory of a live ticket. */
  readonly bytesPerTicket: number;
}

export interface Size {
  readonly tasks: number;
  readonly shards: number;
  /** Memory of all shards for tickets. */
  readonly memoryMb: number;
}

/** The share of its CPU that a task should use: the target of ops/deploy/ecs/scaling.yaml. */
export const TASK_LOAD = 0.6;
/** Redis runs one command at a time: half its core stays free for bursts. */
export const SHARD_LOAD = 0.5;
/** One task may fail or be in a deployment. */
const SPARE_TASKS = 1;
/** The default of TICKET_TTL_SECONDS. ticketd remembers a used ticket for as long. */
export const TTL_SECONDS = 30;
/** For a client that ticketd keeps refusing: `Retry-After: 1`, plus on average half of the 8 s of full jitter. */
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

/** Redis needs more CPU with many keys: this adds the cost that the most live tickets caused. */
const withManyTickets = (cost: ConnectCost, { rows }: Scale['tickets']): ConnectCost => {
  const redis = rows.map(({ redisMicros }) => redisMicros);
  return { ...cost, redisMicros: (cost.redisMicros * Math.max(...redis)) / Math.min(...redis) };
};

/** The tasks of one vCPU and the shards of one core that a constant rate of connects needs. */
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
 * The tasks of one vCPU that bring all users back within the given time, 20 s or more, after all lost their sockets.
 * Of the CPU of N tasks, refusals take `waiting × a`, where `a` is the cost of a refusal divided by the seconds between
 * two attempts. The rest reconnects users at a cost of `b` each: `b × d(waiting)/dt = waiting × a - N`. So no user
 * waits after `T`, with `N = users × a / (1 - exp(-a × T / b))`. The last refused users come back one pause later.
 */
export const tasksForStorm = (users: number, withinSeconds: number, figures: Figures): number => {
  const a = figures.shedMicros / SECONDS_BETWEEN_ATTEMPTS;
  const b = figures.single.ticketdMicros;
  const seconds = withinSeconds - SECONDS_BETWEEN_ATTEMPTS;
  return Math.ceil((users * a) / (1 - Math.exp((-a * seconds) / b)) / MICROS);
};
