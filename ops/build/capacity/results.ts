import { readFileSync, writeFileSync } from 'node:fs';

/** The cost of one kind of request, as medians of several rounds. CPU is that of all processes, for each request. */
export interface Cost {
  readonly ticketdMicros: number;
  readonly redisMicros: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

/** The machine's load average of one minute at the start of the command, which shows how busy it was. */
interface Conditions {
  readonly loadAverage: number;
}

/** Written by `npm run bench:scale`. */
export interface Scale {
  readonly machine: Machine;
  /** One process on one Redis. */
  readonly costs: Conditions & {
    readonly issue: Cost;
    readonly redeem: Cost;
    /** Redis down. */
    readonly refused: Cost;
    /** Too many requests in flight. */
    readonly shed: Cost;
  };
  readonly processes: Conditions & { readonly rows: readonly (Cost & { readonly processes: number })[] };
  readonly cluster: Conditions & {
    readonly issue: Cost;
    readonly redeem: Cost;
    /** The share of the tickets on the masters with the fewest and with the most. */
    readonly leastShare: number;
    readonly mostShare: number;
  };
  readonly tickets: Conditions & {
    readonly rows: readonly (Cost & {
      readonly tickets: number;
      readonly bytesEach: number;
      readonly usedMb: number;
    })[];
  };
  readonly connections: Conditions & {
    readonly rows: readonly (Cost & { readonly connections: number; readonly rssMb: number })[];
  };
}

export interface Machine {
  readonly node: string;
  readonly redis: string;
  readonly cores: number;
}

export interface Played {
  readonly requests: number;
  readonly refused: number;
  readonly shed: number;
  readonly givenUp: number;
  /** Seconds until that share of the clients was back, from the return of Redis, or from the cut without an outage. */
  readonly backSeconds: { readonly half: number | null; readonly most: number | null; readonly all: number | null };
  readonly curve: readonly { readonly percent: number; readonly seconds: number }[];
  readonly peakPerSecond: number;
}

/** Written by `npm run bench:storm`. */
export interface Storms {
  readonly machine: Machine;
  readonly users: number;
  readonly outageSeconds: number;
  readonly simulated: readonly {
    /** The recovery time that the number of tasks is calculated for; null for fewer tasks. */
    readonly withinSeconds: number | null;
    readonly tasks: number;
    readonly cut: Played;
    readonly outage: Played;
  }[];
  /** The same storm with fewer clients and a service that is slower in proportion, measured and simulated. */
  readonly real: Conditions & {
    readonly clients: number;
    readonly tasks: number;
    readonly outageSeconds: number;
    readonly observed: Played;
    readonly predicted: Played;
  };
}

/** A least-squares line through the samples. */
export interface Trend {
  readonly meanMb: number;
  readonly slopeMbPerHour: number;
  /** The standard error of the slope. */
  readonly errorMbPerHour: number;
}

/** Written by `npm run bench:soak`. */
export interface Soak extends Conditions {
  readonly machine: Machine;
  readonly minutes: number;
  /** Connects, which are two requests each: the maximum rate, and the rate of the run. */
  readonly maximumPerSecond: number;
  readonly perSecond: number;
  readonly restartsOfTicketd: number;
  readonly restartsOfRedis: number;
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly outsideOutages: {
    readonly requests: number;
    readonly failed: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly p999Ms: number;
  };
  /** All below is of the process that never restarted. */
  readonly samples: readonly { readonly second: number; readonly heapMb: number; readonly rssMb: number }[];
  readonly heap: Trend;
  readonly rss: Trend;
}

interface Files {
  readonly scale: Scale;
  readonly storm: Storms;
  readonly soak: Soak;
}

const fileOf = (name: keyof Files): URL => new URL(`./${name}.json`, import.meta.url);

export const readResult = <Name extends keyof Files>(name: Name): Files[Name] =>
  JSON.parse(readFileSync(fileOf(name), 'utf8'));

/** Rounds to four significant digits: no figure is more precise. */
export const writeResult = <Name extends keyof Files>(name: Name, result: Files[Name]): void => {
  const rounded = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  writeFileSync(fileOf(name), `${JSON.stringify(result, rounded, 2)}\n`);
};
