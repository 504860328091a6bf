import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasExited, startChild, stopChild } from './child.mjs';
import { freePort } from './ports.mjs';

const READY_TIMEOUT_MS = 30_000;
const RETRY_MS = 50;

/** Starts the built service for this machine only; its log goes to the terminal. */
export async function startTicketd({ root, redisUrl, secret }) {
  const port = await freePort(3000);
  const internalPort = await freePort(3001);
  const url = `http://127.0.0.1:${port}`;
  const child = await startChild(process.execPath, ['dist/ticketd.cjs', 'serve'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // Not the whole environment: a variable of the contract set there for something else would change the demo.
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      PORT: String(port),
      INTERNAL_HOST: '127.0.0.1',
      INTERNAL_PORT: String(internalPort),
      REDIS_URL: redisUrl,
      JWT_SECRET: secret,
    },
  });
  return {
    url,
    internalUrl: `http://127.0.0.1:${internalPort}`,
    untilReady: (signal) => untilReady(url, child, signal),
    untilExit: (signal) => untilExit(child, signal),
    stop: () => stopChild(child),
  };
}

async function untilReady(url, child, signal) {
  const giveUpAt = performance.now() + READY_TIMEOUT_MS;
  while (!(await isReady(url))) {
    if (hasExited(child)) throw ended(child);
    if (performance.now() > giveUpAt) throw new Error(`ticketd is not ready after ${READY_TIMEOUT_MS / 1000} s`);
    await sleep(RETRY_MS, undefined, { signal });
  }
}

/** It is not expected to end by itself, so that is an error, too. */
async function untilExit(child, signal) {
  if (!hasExited(child)) await once(child, 'exit', { signal });
  throw ended(child);
}

function ended(child) {
  return new Error(`ticketd ended by itself (${child.signalCode ?? `exit code ${child.exitCode}`})`);
}

async function isReady(url) {
  try {
    return (await fetch(`${url}/ready`)).status === 200;
  } catch {
    return false;
  }
}
