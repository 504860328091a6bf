// Prints how long `docker run` of the image takes to its first ticket.
//   npm run bench:container-start [-- ROUNDS]
import { docker, removeAtExit, removeContainer } from '../ops/container/support/docker.ts';
import { buildImage } from '../ops/container/support/image.ts';
import { startTask } from '../ops/container/support/task.ts';
import { askTicket } from '../support/ask.ts';
import { freePort } from '../support/free-port.ts';
import { SECRET } from '../support/jwt.ts';
import { until } from '../support/until.ts';
import { loadAverage } from './support/machine.ts';
import { median } from './support/table.ts';

const rounds = Number(process.argv[2] ?? 5);

const image = await buildImage();
const task = await startTask();
await task.startRedis();

const millisecondsToTicket = async (): Promise<number> => {
  const port = await freePort();
  const startedAt = performance.now();
  const id = await docker(
    ...['run', '--detach', `--publish=127.0.0.1:${port}:3000`],
    ...[`--env=JWT_SECRET=${SECRET}`, `--env=REDIS_URL=redis://${task.address}:6379`, image],
  );
  removeAtExit(id);
  await until('a ticket', async () => {
    const answer = await askTicket(`http://127.0.0.1:${port}`).catch(() => undefined);
    return answer?.status === 200;
  });
  const took = performance.now() - startedAt;
  await removeContainer(id);
  return took;
};

process.stdout.write(`load average before: ${loadAverage()}\n`);
const took: number[] = [];
while (took.length < rounds) took.push(Math.round(await millisecondsToTicket()));
const range = `${Math.min(...took)} to ${Math.max(...took)} ms`;
process.stdout.write(`docker run to the first 200: ${median(took)} ms (median of ${rounds}, ${range})\n`);
await task.remove();
