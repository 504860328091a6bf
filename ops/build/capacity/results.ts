import { readFileSync, writeFileSync } from 'node:fs';

/** What one kind of request cost; medians of some rounds. CPU is of all processes of that kind, for each request. */
export interface Cost {
  readonly ticketdMicros: number;
  readonly redisMicros: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

/** The machine's load average of one minute as the command began, which says how much else was going on. */
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
    /** More requests under way than may be. */
    readonly shed: Cost;
  };
  readonly processes: Conditions & { readonly rows: readonly (Cost & { readonly processes: number })[] };
  readonly cluster: Conditions & {
    readonly issue: Cost;
    readonly redeem: Cost;
    /** Which part of the tickets the masters with the fewest and with the most held. */
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
  /** Seconds from Redis' return, or from the cut where it was never away, until that part of the clients was back. */
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
    /** For which time to recover the tasks were reckoned; none where there are fewer than that. */
    readonly withinSeconds: number | null;
    readonly tasks: number;
    readonly cut: Played;
    readonly outage: Played;
  }[];
  /** The same storm with fewer clients at a service that is slower in proportion, in truth and on paper. */
  readonly real: Conditions & {
    readonly clients: number;
    readonly tasks: number;
    readonly outageSeconds: number;
    readonly observed: Played;
    readonly predicted: Played;
  };
}

/** A line through what was sampled, by least squares. */
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
  /** Connects, which are two requests each: what they could do, and what they were given to do. */
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
  /** Of the process that was never restarted, as all below. */
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

/** To four significant digits, since no figure is better than that. */
export const writeResult = <Name extends keyof Files>(name: Name, result: Files[Name]): void => {
  const rounded = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  writeFileSync(fileOf(name), `${JSON.stringify(result, rounded, 2)}\n`);
};
