import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onPath } from '../../build/setup/on-path.mjs';
import { succeeds } from '../../build/setup/run-command.mjs';
import { startChild, stopChild } from './child.mjs';
import { freePort } from './ports.mjs';
import { answers, untilAnswering } from './redis-client.mjs';

const READY_TIMEOUT_MS = 20_000;
const SERVERS = ['redis-server', 'valkey-server'];
const IMAGES = ['redis:7-bookworm', 'redis:7'];
const WITHOUT_FILES = ['--save', '', '--appendonly', 'no'];

/**
 * The first Redis that works: a running one, a server program, a container, else ticketd's embedded store. One that the
 * demo started has `pause` and `resume`, which stop it and start it again, empty, at the same URL. `limits` says what the
 * demo cannot show with the others.
 */
export async function startRedis() {
  return (
    (await findRunning()) ??
    (await startServer()) ??
    (await startContainer()) ??
    embeddedStore('none found', 'install redis-server or Docker')
  );
}

async function findRunning() {
  const url = process.env.REDIS_URL || 'redis://localhost:6379';
  if (url === 'memory://') return embeddedStore('not used, because REDIS_URL is memory://', 'unset REDIS_URL');
  if (await answers(url)) {
    const limits = 'The demo did not start this Redis, so it does not stop it.';
    return { url, description: `running at ${withoutCredentials(url)}`, limits, stop: doNothing };
  }
  if (process.env.REDIS_URL)
    console.log(`No Redis answers at REDIS_URL (${withoutCredentials(url)}): trying to start one.`);
  return undefined;
}

async function startServer() {
  const command = SERVERS.find(onPath);
  if (command === undefined) return undefined;
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'ticketd-demo-'));
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, ...WITHOUT_FILES];
  let child;
  const start = async () => {
    child = await startChild(command, args, { stdio: 'ignore' });
  };
  const pause = () => stopChild(child);
  const stop = async () => {
    await pause();
    await rm(directory, { recursive: true, force: true });
  };
  await start();
  return whenAnswering({ port, description: `a new ${command} on port ${port}`, stop, start, pause });
}

async function startContainer() {
  if (!(await succeeds('docker', ['info']))) return undefined;
  const port = await freePort();
  for (const image of IMAGES) {
    const id = await runImage(image, port);
    if (id === undefined) continue;
    const stop = () => succeeds('docker', ['rm', '--force', '--volumes', id]);
    const start = () => promisify(execFile)('docker', ['start', id]);
    const pause = () => promisify(execFile)('docker', ['stop', '--time', '1', id]);
    return whenAnswering({ port, description: `a new ${image} container on port ${port}`, stop, start, pause });
  }
  return undefined;
}

/** Uses only a local image: a demo does not wait for a download. */
async function runImage(image, port) {
  const run = ['run', '--detach', '--pull=never', '--publish', `127.0.0.1:${port}:6379`, image];
  const args = [...run, 'redis-server', '--protected-mode', 'no', ...WITHOUT_FILES];
  try {
    return (await promisify(execFile)('docker', args)).stdout.trim();
  } catch {
    return undefined;
  }
}

function embeddedStore(reason, remedy) {
  const description = `${reason}. ticketd stores the tickets in its own memory (memory://)`;
  const limits =
    'So the demo cannot show an outage of Redis, and ticketd is never "not ready". ' +
    `To see both, ${remedy}, then run the demo again.`;
  return { url: 'memory://', description, limits, stop: doNothing };
}

async function whenAnswering({ port, description, stop, start, pause }) {
  const url = `redis://127.0.0.1:${port}`;
  const untilUp = () => untilAnswering(url, READY_TIMEOUT_MS);
  const resume = async () => {
    await start();
    await untilUp();
  };
  try {
    await untilUp();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, description, stop, pause, resume };
}

function withoutCredentials(url) {
  return url.replace(/\/\/[^@]*@/, '//');
}

async function doNothing() {}
