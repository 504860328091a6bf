import { fileURLToPath } from 'node:url';
import { GenericContainer, Wait } from 'testcontainers';
import { SECRET } from '../../../support/jwt.ts';
import type { LogLine } from '../../../support/ticketd.ts';
import { until } from '../../../support/until.ts';
import { docker, removeAtExit, removeContainer, type Said, tryDocker } from './docker.ts';
import { buildImage } from './image.ts';

const REDIS_IMAGE = 'redis:7-bookworm';
const PORT = 3000;
const INTERNAL_PORT = 3001;
const WATCH = '/watch-ports.cjs';
/** The restrictions under which every test runs the image. */
const HARDENED = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'];

export interface Seen {
  readonly at: number;
  readonly port: number;
  readonly state: string;
}

export interface State {
  readonly Status: string;
  readonly ExitCode: number;
  readonly Health?: {
    readonly Status: string;
    readonly Log: readonly { readonly Start: string; readonly ExitCode: number }[];
  };
}

/** The container of ticketd. */
export interface Served {
  readonly id: string;
  state(): Promise<State>;
  restarts(): Promise<number>;
  lines(): Promise<readonly LogLine[]>;
  linesOf(event: string): Promise<readonly LogLine[]>;
  /** Waits until it has logged the event so many times. */
  logged(event: string, times?: number): Promise<void>;
  exec(...command: string[]): Promise<Said>;
  remove(): Promise<void>;
}

/**
 * Containers that share one network, like those of an ECS task or a Kubernetes pod. The first one owns it, and
 * watches from within whether the service's ports are open.
 */
export interface Task {
  readonly url: string;
  readonly internalUrl: string;
  /** Where other containers find it. */
  readonly address: string;
  startRedis(): Promise<{ readonly id: string }>;
  /** `docker run` of the image with these flags and variables; only what happens before it starts is awaited. */
  serve(env?: Readonly<Record<string, string>>, flags?: readonly string[]): Promise<Served>;
  /** Each change of a port that was seen so far. */
  seen(): Promise<readonly Seen[]>;
  remove(): Promise<void>;
}

export const startTask = async (): Promise<Task> => {
  // The reaper of testcontainers is one more image to pull.
  Object.assign(process.env, { TESTCONTAINERS_RYUK_DISABLED: 'true' });
  const image = await buildImage();
  const ids = new Set<string>();
  const keep = (id: string): string => {
    removeAtExit(id);
    ids.add(id);
    return id;
  };
  const remove = async (id: string): Promise<void> => {
    ids.delete(id);
    await removeContainer(id);
  };
  const watcher = await new GenericContainer(image)
    .withCopyFilesToContainer([{ source: fileURLToPath(new URL('./watch-ports.cjs', import.meta.url)), target: WATCH }])
    .withEntrypoint(['node', WATCH])
    .withCommand([String(PORT), String(INTERNAL_PORT)])
    .withExposedPorts(PORT, INTERNAL_PORT)
    .withWaitStrategy(Wait.forLogMessage('closed', 2))
    .start();
  const network = `container:${keep(watcher.getId())}`;

  return {
    url: `http://${watcher.getHost()}:${watcher.getMappedPort(PORT)}`,
    internalUrl: `http://${watcher.getHost()}:${watcher.getMappedPort(INTERNAL_PORT)}`,
    address: watcher.getIpAddress('bridge'),
    startRedis: async () => {
      const redis = await new GenericContainer(REDIS_IMAGE)
        .withNetworkMode(network)
        .withCommand(['redis-server', '--protected-mode', 'no', '--save', '', '--appendonly', 'no'])
        .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
        .start();
      return { id: keep(redis.getId()) };
    },
    serve: async (env = {}, flags = []) => {
      const variables = Object.entries({ JWT_SECRET: SECRET, ...env }).map(([name, value]) => `--env=${name}=${value}`);
      const id = await docker('run', '--detach', `--network=${network}`, ...HARDENED, ...variables, ...flags, image);
      return served(keep(id), () => remove(id));
    },
    seen: async () => jsonLines(await docker('logs', watcher.getId())) as unknown as readonly Seen[],
    remove: async () => {
      for (const id of ids) await remove(id);
    },
  };
};

const served = (id: string, remove: () => Promise<void>): Served => {
  const inspect = async (what: string) => JSON.parse(await docker('inspect', `--format={{json ${what}}}`, id));
  const lines = async () => jsonLines(await docker('logs', id));
  const linesOf = async (event: string) => (await lines()).filter((line) => line.event === event);
  return {
    id,
    state: () => inspect('.State'),
    restarts: () => inspect('.RestartCount'),
    lines,
    linesOf,
    logged: async (event, times = 1) => {
      await until(`${event} logged`, async () => (await linesOf(event)).length >= times);
    },
    exec: (...command) => tryDocker(['exec', id, ...command]),
    remove,
  };
};

const jsonLines = (text: string): readonly LogLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
