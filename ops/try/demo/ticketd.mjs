import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasExited, startChild, stopChild } from './child.mjs';

const READY_TIMEOUT_MS = 30_000;
const RETRY_MS = 50;
/** Long enough to see on the page. */
const DRAIN_DELAY_MS = 2_000;

/**
 * Starts the built service on loopback. `pageUrl` is the page that may call it; `readLog` gets the standard output of
 * each process.
 */
export async function startTicketd(options) {
  const { root, port, internalPort, redisUrl, secret, gatewayKey, pageUrl, ttlSeconds, readLog } = options;
  const url = `http://127.0.0.1:${port}`;
  const start = async () => {
    const started = await startChild(process.execPath, ['dist/ticketd.cjs', 'serve'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      // Not the whole environment: a variable that is set for another service would change the demo.
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'development',
        HOST: '127.0.0.1',
        PORT: String(port),
        INTERNAL_HOST: '127.0.0.1',
        INTERNAL_PORT: String(internalPort),
        REDIS_URL: redisUrl,
        JWT_SECRET: secret,
        GATEWAY_KEYS: gatewayKey,
        CORS_ORIGINS: pageUrl,
        TICKET_TTL_SECONDS: ttlSeconds,
        DRAIN_DELAY_MS: String(DRAIN_DELAY_MS),
      },
    });
    readLog(started.stdout);
    return started;
  };
  let child = await start();
  let restarting;
  const restart = async (whenStopped) => {
    await stopChild(child);
    await whenStopped();
    child = await start();
    // Does not wait until it is ready: Redis may be stopped on purpose.
    await untilAnswering(`${url}/health`, child);
  };
  return {
    url,
    internalUrl: `http://127.0.0.1:${internalPort}`,
    untilReady: (signal) => untilAnswering(`${url}/ready`, child, signal),
    /** Stops and starts it; calls `whenStopped` in between. */
    restart: (whenStopped) => {
      restarting ??= restart(whenStopped).finally(() => {
        restarting = undefined;
      });
      return restarting;
    },
    /** Rejects when ticketd exits other than for a restart. */
    untilExit: async (signal) => {
      for (;;) {
        const watched = child;
        if (!hasExited(watched)) await once(watched, 'exit', { signal });
        if (restarting === undefined && watched === child) throw exitError(watched);
        // The caller of restart() gets its error.
        await restarting?.catch(() => undefined);
      }
    },
    // SIGINT ends it without the drain delay.
    stop: () => stopChild(child, 'SIGINT'),
  };
}

/** Waits until the probe returns 200. */
async function untilAnswering(probe, child, signal) {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!(await isOk(probe))) {
    if (hasExited(child)) throw exitError(child);
    if (performance.now() > deadline)
      throw new Error(`${probe} did not return 200 within ${READY_TIMEOUT_MS / 1000} s`);
    await sleep(RETRY_MS, undefined, { signal });
  }
}

function exitError(child) {
  return new Error(`ticketd exited unexpectedly (${child.signalCode ?? `exit code ${child.exitCode}`})`);
}

async function isOk(probe) {
  try {
    return (await fetch(probe)).status === 200;
  } catch {
    return false;
  }
}
