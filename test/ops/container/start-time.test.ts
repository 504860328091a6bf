import { expect } from 'chai';
import { askTicket } from '../../support/ask.ts';
import { freePort } from '../../support/free-port.ts';
import { SECRET } from '../../support/jwt.ts';
import { until } from '../../support/until.ts';
import { docker, removeAtExit, removeContainer } from './support/docker.ts';
import { BUILD_TIMEOUT_MS, buildImage } from './support/image.ts';
import { startTask, type Task } from './support/task.ts';

const RUNS = 5;

describe('docker run', () => {
  let task: Task;

  before(async function () {
    this.timeout(BUILD_TIMEOUT_MS);
    await buildImage();
    task = await startTask();
    await task.startRedis();
  });
  after(() => task.remove());

  const millisecondsToTicket = async (image: string): Promise<number> => {
    const port = await freePort();
    const startedAt = performance.now();
    const told = docker(
      ...['run', '--detach', `--publish=127.0.0.1:${port}:3000`],
      ...[`--env=JWT_SECRET=${SECRET}`, `--env=REDIS_URL=redis://${task.address}:6379`, image],
    );
    void told.then(removeAtExit, () => undefined);
    const asked = until('a ticket', () => askTicket(`http://127.0.0.1:${port}`).catch(() => undefined));
    const [id, { status }] = await Promise.all([told, asked]);
    const took = performance.now() - startedAt;
    await removeContainer(id);
    expect(status).to.equal(200);
    return took;
  };

  it('gives its first ticket soon', async () => {
    const image = await buildImage();
    const took: number[] = [];
    for (let run = 0; run < RUNS; run += 1) took.push(Math.round(await millisecondsToTicket(image)));
    took.sort((a, b) => a - b);
    console.log(
      `      docker run to the first 200: ${took[2]} ms (median of ${RUNS}, ${took[0]} to ${took.at(-1)} ms)`,
    );
    expect(took[2]).to.be.below(10_000);
  });
});
