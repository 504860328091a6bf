import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../free-port.ts';
import { SECRET, token } from '../jwt.ts';
import { GATEWAY_KEY, issueTicket, type Wish } from '../redeem.ts';
import { startRedis, type TestRedis } from '../redis.ts';
import { type LogLine, serve, type Ticketd } from '../ticketd.ts';
import { type Attempt, isOpenSocket, type OpenSocket, type Presented } from './attempt.ts';
import { type Example, examples } from './examples.ts';
import { buildGo } from './go.ts';
import { type Program, startProgram } from './program.ts';

const FOLDER = resolve('ops/examples');
const ORIGIN = 'https://app.example';
/** The audience of the examples, and the document that the one of y-websocket opens. */
const BOUND = { audience: 'chat', channel: 'notes', origin: ORIGIN };

/** A ticketd that can be lost and come back at the same address. */
export interface RestartableTicketd {
  readonly url: string;
  readonly internalUrl: string;
  /** The log lines of all its lives. */
  readonly lines: readonly LogLine[];
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Connections stay open, nothing answers. */
  pause(): void;
  resume(): void;
}

/** All examples, running in front of one ticketd. */
export interface Stage {
  readonly ticketd: RestartableTicketd;
  readonly redis: TestRedis;
  readonly programs: ReadonlyMap<Example, Program>;
  /** Every ticket so far. */
  readonly tickets: readonly string[];
  ticket(wish?: Wish): Promise<string>;
  connect(example: Example, presented: Partial<Presented>): Promise<Attempt>;
  /** Connects as this user, who must be let in; `claims` are laid over those of the JWT. */
  open(example: Example, sub: string, claims?: Readonly<Record<string, unknown>>): Promise<OpenSocket>;
  stop(): Promise<void>;
}

export const setStage = async (): Promise<Stage> => {
  const redis = await startRedis();
  const ticketd = await restartableTicketd(redis.url);
  const folder = await mkdtemp(join(tmpdir(), 'ticketd-examples-'));
  const binary = await buildGo(folder, ['ops/examples/go/ticketd.go', 'ops/examples/go/main.go']);
  const env = { TICKETD_URL: ticketd.internalUrl, GATEWAY_KEY, PYTHONDONTWRITEBYTECODE: '1' };
  const start = async (example: Example) => {
    const cwd = join(FOLDER, example.folder);
    return [example, await startProgram((port) => ({ ...example.launch(port, binary), cwd }), env)] as const;
  };
  const programs = new Map(await Promise.all(examples.map(start)));
  const tickets: string[] = [];

  const ticket: Stage['ticket'] = async (wish) => {
    const issued = await issueTicket(ticketd, { ...BOUND, ...wish });
    tickets.push(issued);
    return issued;
  };
  const connect: Stage['connect'] = (example, presented) =>
    example.client(programs.get(example)?.port ?? 0, { origin: ORIGIN, ...presented });
  const open: Stage['open'] = async (example, sub, claims) => {
    const jwt = token({ sub, sessionId: sub, ...claims });
    const attempt = await connect(example, { ticket: await ticket({ jwt }) });
    if (isOpenSocket(attempt)) return attempt;
    throw new Error(`${example.name} refused ${sub}: ${attempt.outcome}`);
  };
  return {
    ticketd,
    redis,
    programs,
    tickets,
    ticket,
    connect,
    open,
    stop: async () => {
      await Promise.all([...programs.values()].map((program) => program.stop()));
      await rm(folder, { recursive: true });
      await ticketd.kill();
    },
  };
};

const restartableTicketd = async (redisUrl: string): Promise<RestartableTicketd> => {
  const [port, internalPort] = [await freePort(), await freePort()];
  const env = {
    PORT: String(port),
    INTERNAL_PORT: String(internalPort),
    REDIS_URL: redisUrl,
    JWT_SECRET: SECRET,
    GATEWAY_KEYS: GATEWAY_KEY,
  };
  const lives: Ticketd[] = [];
  const current = () => lives.at(-1)?.process;
  const start = async () => {
    const life = serve(env);
    lives.push(life);
    await life.url();
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    internalUrl: `http://127.0.0.1:${internalPort}`,
    get lines() {
      return lives.flatMap(({ lines }) => lines);
    },
    start,
    kill: async () => {
      current()?.kill('SIGKILL');
      await lives.at(-1)?.exit;
    },
    pause: () => void current()?.kill('SIGSTOP'),
    resume: () => void current()?.kill('SIGCONT'),
  };
};
