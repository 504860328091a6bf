import { setTimeout as delay } from 'node:timers/promises';
import type { EventName } from '../../../src/log/events.ts';
import { until } from '../../support/until.ts';
import { readinessOf } from './readiness.ts';
import { startHere, startProcess, type Target } from './target.ts';
import { type Answered, steadyRequests } from './traffic.ts';

export interface Fault {
  /** Begins it; detection is measured from before it is called. */
  readonly fault: (target: Target) => unknown;
  /** Ends it; recovery is measured from when it has resolved. */
  readonly heal?: (target: Target) => unknown;
  /** How long it lasts at least; longer if ticketd has not reported it by then. */
  readonly lastsMs?: number;
  /** Set if ticketd must not report it. */
  readonly staysReady?: boolean;
}

/** The observations during a fault and its recovery. */
export interface Report {
  /** From the fault to the first /ready that is not 200, and from the end of the healing to the first that is again. */
  readonly detectedMs: number | undefined;
  /** When that was. */
  readonly downAt: number | undefined;
  readonly recoveredMs: number | undefined;
  readonly longestMs: number;
  /** How many ticket requests got which status; 0 is a broken connection. */
  readonly answers: Readonly<Record<number, number>>;
  readonly requests: readonly Answered[];
  /** The statuses of requests sent after the recovery. */
  readonly afterwards: Readonly<Record<number, number>>;
  readonly without: { readonly retryAfter: number };
  /** How often readiness changed, as probes saw it and as the events reported it. */
  readonly flips: { readonly down: number; readonly up: number };
  readonly reported: { readonly down: number; readonly up: number };
  /** The code in each `redis_down`. */
  readonly downCodes: readonly unknown[];
  readonly unhandled: readonly unknown[];
  /** Which of the secrets the events contain. */
  readonly leaked: readonly string[];
}

export interface Observer {
  readonly target: Target;
  readonly url: string;
  /** Applies and heals a fault while requesting tickets, and returns what was seen. */
  through(fault: Fault): Promise<Report>;
  /** Stops the service; resolves with its exit code. */
  stop(): Promise<number | null>;
}

export interface ObserveOptions {
  /** As a process of its own, from the build, so that nothing it does can stall the observer. */
  readonly spawned?: boolean;
  /** Tickets asked for each second. */
  readonly rate?: number;
  /** Asks for none until the fault is reported, so that the heartbeat alone has to find it. */
  readonly quiet?: boolean;
  /** What no event may contain, besides the password in REDIS_URL, the JWTs and the tickets. */
  readonly secrets?: readonly string[];
}

// At least this and at most twice as long, so that a fault meets each phase of the heartbeat at some time.
const WARM_UP_MS = 500;
// Longer than a heartbeat and its limit, so that a flap would show.
const SETTLE_MS = 1200;
const DETECTION_TIMEOUT_MS = 15_000;
const RECOVERY_TIMEOUT_MS = 40_000;

/** Starts the service with these variables and watches it from outside. */
export const observe = async (
  env: Readonly<Record<string, string>>,
  options: ObserveOptions = {},
): Promise<Observer> => {
  const { spawned = false, rate = 50, quiet = false, secrets = [] } = options;
  const target = await (spawned ? startProcess(env) : startHere(env));
  const forbidden = [...secrets, ...passwordsIn(env.REDIS_URL), JWT_BEGINNING];

  return {
    target,
    url: target.url,
    through: async ({ fault, heal = () => {}, lastsMs = 0, staysReady = false }) => {
      const unhandled: unknown[] = [];
      const onUnhandled = (reason: unknown) => void unhandled.push(reason);
      process.on('unhandledRejection', onUnhandled);
      const count = (event: EventName) => target.linesOf(event).length;
      const countReported = () => ({ down: count('redis_down'), up: count('redis_up') });
      const reportedBefore = countReported();
      const readiness = readinessOf(target.url);
      const traffic = steadyRequests(target.url, rate);
      if (!quiet) traffic.begin();
      try {
        await delay(WARM_UP_MS * (1 + Math.random()));
        const faultAt = performance.now();
        await fault(target);
        const left = () => Math.max(0, faultAt + lastsMs - performance.now());
        if (!staysReady) await until('not ready', () => readiness.downSince(faultAt), DETECTION_TIMEOUT_MS);
        traffic.begin();
        await delay(left());
        const downAt = readiness.downSince(faultAt);
        await heal(target);
        const healedAt = performance.now();
        if (!staysReady) await until('ready again', () => readiness.isReady(), RECOVERY_TIMEOUT_MS);
        const upAt = readiness.lastChangeAt();
        await delay(SETTLE_MS);
        const requests = await traffic.stop();
        const { down, up } = countReported();
        const { text } = target;
        const overAt = staysReady ? healedAt : upAt;
        const afterwards = requests.filter(({ sentAt }) => sentAt > overAt);
        return {
          detectedMs: downAt === undefined ? undefined : downAt - faultAt,
          downAt,
          recoveredMs: staysReady ? undefined : Math.max(0, upAt - healedAt),
          longestMs: Math.max(...requests.map(({ durationMs }) => durationMs)),
          answers: countedBy(requests, ({ status }) => status),
          requests,
          afterwards: countedBy(afterwards, ({ status }) => status),
          without: { retryAfter: requests.filter(({ status, retryAfter }) => status === 503 && !retryAfter).length },
          flips: readiness.flips(),
          reported: { down: down - reportedBefore.down, up: up - reportedBefore.up },
          downCodes: target
            .linesOf('redis_down')
            .slice(reportedBefore.down)
            .map(({ errorCode }) => errorCode),
          unhandled: [...unhandled, ...Array.from({ length: count('uncaught_error') }, () => 'uncaught_error')],
          leaked: [...forbidden, ...ticketsIn(requests)].filter((secret) => text.includes(secret)),
        };
      } finally {
        await traffic.stop();
        readiness.stop();
        process.off('unhandledRejection', onUnhandled);
      }
    },
    stop: target.stop,
  };
};

// `{"alg":` in base64url.
const JWT_BEGINNING = 'eyJhbGciO';

const ticketsIn = (requests: readonly Answered[]): readonly string[] =>
  requests.flatMap(({ ticket }) => (ticket === undefined ? [] : [ticket]));

const passwordsIn = (url = ''): readonly string[] =>
  url.split(',').flatMap((one) => {
    const password = /\/\/[^@/]*?:([^@/]+)@/.exec(one)?.[1];
    return password === undefined ? [] : [password, decodeURIComponent(password)];
  });

const countedBy = <T>(items: readonly T[], keyOf: (item: T) => number): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
};
