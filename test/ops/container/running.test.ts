import { expect } from 'chai';
import { ask } from '../../support/ask.ts';
import { until } from '../../support/until.ts';
import { docker } from './support/docker.ts';
import { BUILD_TIMEOUT_MS, buildImage } from './support/image.ts';
import { startLoad } from './support/load.ts';
import { type Served, startTask, type Task } from './support/task.ts';

const CLIENTS = 16;

describe('Docker container', () => {
  let task: Task;
  let service: Served;

  before(async function () {
    this.timeout(BUILD_TIMEOUT_MS);
    await buildImage();
    task = await startTask();
    await task.startRedis();
  });
  beforeEach(async () => {
    service = await task.serve({ DRAIN_DELAY_MS: '5000' });
    await service.logged('server_listening', 2);
  });
  afterEach(() => service.remove());
  after(() => task.remove());

  it('runs as uid 1000 without capabilities, as PID 1, without a shell', async () => {
    const { stdout } = await service.exec('cat', '/proc/1/status', '/proc/1/cmdline');
    expect(stdout).to.match(/^Uid:\t1000\t1000\t1000\t1000$/m);
    expect(stdout).to.match(/^CapEff:\t0+$/m);
    expect(stdout).to.match(/^NoNewPrivs:\t1$/m);
    expect(stdout.split('\n').at(-1)?.split('\0')).to.deep.equal(['node', '/opt/ticketd/ticketd.cjs', 'serve', '']);
  });

  it('reports by the exit code of check-redis whether Redis is usable: 0, 1, 2 or 64', async () => {
    const check = async (...args: string[]) => (await service.exec('ticketd', 'check-redis', ...args)).code;
    expect(await check()).to.equal(0);
    expect(await check('--url', 'redis://127.0.0.1:1')).to.equal(1);
    expect(await check('--url', 'redis://nobody:wrong@127.0.0.1:6379')).to.equal(2);
    expect(await check('--nonsense')).to.equal(64);
  });

  it('reports liveness and readiness by the exit code of probe: 0 or 1', async () => {
    for (const what of ['live', 'ready']) expect((await service.exec('ticketd', 'probe', what)).code).to.equal(0);
    expect((await service.exec('ticketd', 'probe', '--url', 'http://127.0.0.1:1')).code).to.equal(1);
  });

  it('drains under load without a failed request and exits with code 0', async () => {
    const load = startLoad(task.url, CLIENTS);
    await until('under load', () => load.answered > 200);
    const stopped = docker('stop', '--time=30', service.id);
    await until('not ready', async () => (await ask(`${task.url}/ready`)).status === 503);
    const before = load.answered;
    // Like a load balancer: continues until it has seen that the target is not ready.
    await until('served while draining', () => load.answered > before + CLIENTS);
    expect(await load.stop()).to.have.all.keys('200');
    await stopped;
    expect(await service.state()).to.include({ Status: 'exited', ExitCode: 0 });
    expect((await service.lines()).at(-1)).to.include({ event: 'server_stopped', signal: 'SIGTERM' });
  });
});
