import { spawnSync } from 'node:child_process';
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import type { RedisServer } from './redis-server.ts';

const IMAGE = 'redis:7-bookworm';
const REDIS_PORT = 6379;

/** A Redis in a container, published on a fixed port so that it is found there again after a restart. */
export async function startContainer(port: number, args: readonly string[]): Promise<RedisServer> {
  // Its reaper is one more image to pull, and the root hook removes what was started.
  Object.assign(process.env, { TESTCONTAINERS_RYUK_DISABLED: 'true' });
  const own = ['redis-server', '--protected-mode', 'no', '--save', '', '--appendonly', 'no'];
  const started = await new GenericContainer(IMAGE)
    .withCommand([...own, ...args])
    .withExposedPorts({ container: REDIS_PORT, host: port })
    .withWaitStrategy(Wait.forListeningPorts())
    .start();
  const removeAtExit = () => spawnSync('docker', ['rm', '--force', '--volumes', started.getId()]);
  // The root hook does not run where mocha itself crashes.
  process.once('exit', removeAtExit);
  const client = await getContainerRuntimeClient();
  const container = client.container.getById(started.getId());
  return { stop, start, pause, resume, remove };

  async function isInState(state: 'Running' | 'Paused'): Promise<boolean> {
    return (await container.inspect()).State[state];
  }

  async function start(): Promise<void> {
    await stop();
    await container.start();
  }

  async function stop(): Promise<void> {
    await resume();
    if (!(await isInState('Running'))) return;
    await container.kill();
    await container.wait();
  }

  async function pause(): Promise<void> {
    if (!(await isInState('Paused'))) await container.pause();
  }

  async function resume(): Promise<void> {
    if (await isInState('Paused')) await container.unpause();
  }

  async function remove(): Promise<void> {
    await container.remove({ force: true, v: true });
    process.off('exit', removeAtExit);
  }
}
