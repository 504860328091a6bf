import type { Environment } from '../../src/config/sources.ts';
import type { Emit, EventName } from '../../src/log/events.ts';
import { startService as startTicketd } from '../../src/service/service.ts';
import { SECRET } from './jwt.ts';
import { watchSent } from './openapi/server-side.ts';

/** An event that the service emitted: its name beside its fields, as in a log line. */
export interface LoggedEvent {
  readonly event: EventName;
  readonly [field: string]: unknown;
}

/** The whole service, started in this process on free ports. */
export interface RunningService {
  readonly url: string;
  readonly internalUrl: string;
  /** All events so far, of every level. */
  readonly events: readonly LoggedEvent[];
  eventsOf(event: EventName): readonly LoggedEvent[];
  /** Reads its files again, as on SIGHUP. */
  reload(): Promise<void>;
  /** Stops it; only SIGTERM has the drain delay. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const USUAL: Environment = {
  HOST: '127.0.0.1',
  PORT: '0',
  INTERNAL_HOST: '127.0.0.1',
  INTERNAL_PORT: '0',
  JWT_SECRET: SECRET,
};

/** Starts the service with `env` laid over the usual environment; `undefined` takes a variable away. */
export const startService = async (env: Environment): Promise<RunningService> => {
  const events: LoggedEvent[] = [];
  const watch = watchSent();
  const log: Emit = (event, fields) => {
    const logged = { event, ...fields };
    events.push(logged);
    watch.hear(logged);
  };
  const abort = new AbortController().signal;
  const service = await startTicketd({ env: { ...USUAL, ...env }, log, abort }).catch((error) => {
    watch.end();
    throw error;
  });
  const eventsOf = (name: EventName) => events.filter(({ event }) => event === name);
  const urlOf = (name: string) => {
    const listening = eventsOf('server_listening').find(({ listener }) => listener === name);
    return `http://127.0.0.1:${listening?.port}`;
  };
  return {
    url: urlOf('public'),
    internalUrl: urlOf('internal'),
    events,
    eventsOf,
    reload: service.reload,
    stop: async (signal = 'SIGINT') => {
      await service.stop(signal);
      watch.end();
    },
  };
};

/** Lets `use` have a service of its own and stops it afterwards. */
export const withService = async <T>(env: Environment, use: (service: RunningService) => Promise<T>): Promise<T> => {
  const service = await startService(env);
  try {
    return await use(service);
  } finally {
    await service.stop();
  }
};
