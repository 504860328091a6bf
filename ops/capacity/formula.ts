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

/** The part of its CPU that a task is to use: the target of ops/ecs/scaling.yaml. */
export const TASK_LOAD = 0.6;
/** Redis does one command at a time: half its core is left for bursts. */
export const SHARD_LOAD = 0.5;
/** A task may be lost, or be away for a deployment. */
const SPARE_TASKS = 1;
/** TICKET_TTL_SECONDS, unless it is set. A used ticket is remembered for as long. */
export const TTL_SECONDS = 30;
/** Mean time between two attempts of a client: the `Retry-After`, and half of the 8 s that full jitter spans. */
export const SECONDS_BETWEEN_ATTEMPTS = { shed: 1 + 4, refused: 2 + 4 };

const MICROS = 1e6;

export const figuresOf = ({ costs, cluster, tickets }: Scale): Figures => ({
  single: sumOf(costs.issue, costs.redeem),
  cluster: sumOf(cluster.issue, cluster.redeem),
  refusedMicros: costs.refused.ticketdMicros,
  shedMicros: costs.shed.ticketdMicros,
  bytesPerTicket: Math.max(...tickets.rows.filter((row) => row.tickets >= 10_000).map((row) => row.bytesEach)),
});

const sumOf = (...parts: readonly ConnectCost[]): ConnectCost => ({
  ticketdMicros: parts.reduce((sum, part) => sum + part.ticketdMicros, 0),
  redisMicros: parts.reduce((sum, part) => sum + part.redisMicros, 0),
});

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
 * Tasks of one vCPU each with which users that all lost their sockets at once are back within that time. They have to
 * answer each user once, and until then refuse the others each time that they ask again.
 */
export const tasksForStorm = (users: number, withinSeconds: number, figures: Figures): number => {
  const { shed, refused } = SECONDS_BETWEEN_ATTEMPTS;
  const refusing = Math.max(figures.shedMicros / shed, figures.refusedMicros / refused);
  return Math.ceil((users * (figures.single.ticketdMicros / withinSeconds + refusing)) / MICROS);
};
