// Prints how long the image takes from `docker run` to its first ticket, beside a container of the base image that only
// starts Node.js, measured in turn in the same run. Needs a container engine.
//   npm run bench:container-start [-- ROUNDS]
import { docker, removeAtExit, removeContainer } from '../ops/container/support/docker.ts';
import { buildImage } from '../ops/container/support/image.ts';
import { startTask } from '../ops/container/support/task.ts';
import { askTicket } from '../support/ask.ts';
import { freePort } from '../support/free-port.ts';
import { SECRET } from '../support/jwt.ts';
import { until } from '../support/until.ts';
import { median } from './support/table.ts';

const BASE_IMAGE = process.env.NODE_IMAGE ?? 'node:24-bookworm-slim';
const rounds = Number(process.argv[2] ?? 5);

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};

const image = await buildImage();
const task = await startTask();
await task.startRedis();

const firstTicket = async (): Promise<number> => {
  const port = await freePort();
  let id = '';
  const ms = await timed(async () => {
    const publish = ['run', '--detach', `--publish=127.0.0.1:${port}:3000`];
    const env = [`--env=JWT_SECRET=${SECRET}`, `--env=REDIS_URL=redis://${task.address}:6379`];
    id = await docker(...publish, ...env, image);
    removeAtExit(id);
    await until(
      'a ticket',
      async () => (await askTicket(`http://127.0.0.1:${port}`).catch(() => null))?.status === 200,
    );
  });
  await removeContainer(id);
  return ms;
};

const bareNode = () => timed(() => docker('run', '--rm', BASE_IMAGE, 'node', '-e', '0'));

const measured = { bare: [] as number[], ticket: [] as number[] };
for (let round = 0; round < rounds; round += 1) {
  measured.bare.push(await bareNode());
  measured.ticket.push(await firstTicket());
}
const floor = median(measured.bare);
const report = (name: string, ms: number) =>
  process.stdout.write(`${name.padEnd(40)} ${ms.toFixed(0).padStart(5)} ms  ${(ms / floor).toFixed(2)}x\n`);
report(`docker run ${BASE_IMAGE} node -e 0`, floor);
report('docker run ticketd, to the first ticket', median(measured.ticket));
await task.remove();
