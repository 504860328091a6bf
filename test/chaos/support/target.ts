import type { EventName } from '../../../src/log/events.ts';
import { SECRET } from '../../support/jwt.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { serve } from '../../support/ticketd.ts';

/** The service under fault: in this process, or the built CLI in one of its own. */
export interface Target {
  readonly url: string;
  /** The lines of an event logged so far. */
  linesOf(event: EventName): readonly { readonly [field: string]: unknown }[];
  /** Everything logged so far, as text. */
  readonly text: string;
  /** Of the process it runs in. */
  readonly pid: number;
  /** The service itself where it runs in this process. */
  readonly service?: RunningService;
  /** Resolves with its exit code, 0 in this process. */
  stop(): Promise<number | null>;
}

type Env = Readonly<Record<string, string>>;

export const startHere = async (env: Env): Promise<Target> => {
  const service = await startService(env);
  return {
    url: service.url,
    linesOf: service.eventsOf,
    get text() {
      return JSON.stringify(service.events);
    },
    pid: process.pid,
    service,
    stop: async () => {
      await service.stop();
      return 0;
    },
  };
};

/** Needs a build that is up to date. */
export const startProcess = async (env: Env): Promise<Target> => {
  const running = serve({ JWT_SECRET: SECRET, LOG_LEVEL: 'debug', ...env });
  return {
    url: await running.url(),
    linesOf: running.linesOf,
    get text() {
      return running.output;
    },
    pid: running.process.pid ?? Number.NaN,
    stop: async () => {
      running.process.kill('SIGINT');
      return (await running.exit).code;
    },
  };
};
