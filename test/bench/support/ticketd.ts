import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { TICKET_PATH } from '../../support/ask.ts';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';
import type { Keys } from './keys.ts';

/** ticketd as built, as a process of its own that keeps its ports. */
export interface TicketdProcess {
  readonly pid: number;
  readonly url: string;
  readonly internalUrl: string;
  readonly issueUrl: string;
  readonly redeemUrl: string;
  /** Sends the signal and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface TicketdPlace {
  readonly port: number;
  readonly internalPort: number;
}

const CLI = fileURLToPath(new URL('../../../dist/ticketd.cjs', import.meta.url));
const HOST = '127.0.0.1';

export const freePlace = async (): Promise<TicketdPlace> => ({
  port: await freePort(),
  internalPort: await freePort(),
});

/** Starts it there, in production, with these variables laid over the usual; resolves once it is ready. */
export const startTicketd = async (
  { algorithm, verifyKey, gatewayKey }: Keys,
  env: Readonly<Record<string, string>>,
  place?: TicketdPlace,
): Promise<TicketdProcess> => {
  const { port, internalPort } = place ?? (await freePlace());
  const child = spawn(process.execPath, [CLI, 'serve'], {
    // Its log goes where a container's would: down a pipe, to somebody who reads it.
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...{ PATH: process.env.PATH, NODE_ENV: 'production', JWT_ALGORITHMS: algorithm, GATEWAY_KEYS: gatewayKey },
      [algorithm === 'HS256' ? 'JWT_SECRET' : 'JWT_PUBLIC_KEY']: verifyKey,
      ...{ HOST, PORT: String(port), INTERNAL_HOST: HOST, INTERNAL_PORT: String(internalPort) },
      ...env,
    },
  });
  child.stdout.resume();
  // From the start, so that one that has ended by itself is told of, too.
  const exit = once(child, 'exit');
  // A bench that fails leaves nothing running.
  const endWithBench = () => child.kill('SIGKILL');
  process.once('exit', endWithBench);
  const [url, internalUrl] = [`http://${HOST}:${port}`, `http://${HOST}:${internalPort}`];
  await untilReady(child, url);
  return {
    pid: child.pid ?? 0,
    url,
    internalUrl,
    issueUrl: url + TICKET_PATH,
    redeemUrl: `${internalUrl}${TICKET_PATH}/redeem`,
    stop: async (signal = 'SIGINT') => {
      process.off('exit', endWithBench);
      child.kill(signal);
      const [code] = await exit;
      return code;
    },
  };
};

const untilReady = (child: ChildProcess, url: string): Promise<unknown> =>
  until(`ticketd at ${url}`, async () => {
    if (child.exitCode !== null) throw new Error(`ticketd ended with exit code ${child.exitCode}`);
    const answer = await fetch(`${url}/ready`).catch(() => undefined);
    return answer?.ok;
  });
