import { expect } from 'chai';
import { type Answer, ask, askTicket } from '../../support/ask.ts';
import { STACK_TRACE } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';
import { docker } from './support/docker.ts';
import { BUILD_TIMEOUT_MS, buildImage } from './support/image.ts';
import { startTask, type Task } from './support/task.ts';

/** While a container starts, nothing answers. */
const statusOf = (answer: Promise<Answer>): Promise<number> => answer.then(({ status }) => status).catch(() => 0);

describe('container startup and outage scenarios of the design document', () => {
  let task: Task;

  before(async function () {
    this.timeout(BUILD_TIMEOUT_MS);
    await buildImage();
  });
  beforeEach(async () => {
    task = await startTask();
  });
  afterEach(() => task.remove());

  const readiness = () => statusOf(ask(`${task.url}/api/v1/ready`));
  const untilReady = () => until('ready', async () => (await readiness()) === 200);

  it('1: becomes ready and healthy and issues tickets when Redis starts first', async () => {
    await task.startRedis();
    const service = await task.serve({}, ['--health-interval=1s']);
    await untilReady();
    expect((await askTicket(task.url)).status).to.equal(200);
    await until('healthy', async () => (await service.state()).Health?.Status === 'healthy');
    const logged = (await service.lines()).map(({ event }) => event);
    expect(logged).to.include.members(['redis_connect_ok', 'server_listening', 'ws_ticket_issued']);
    expect(logged.indexOf('redis_connect_ok')).to.be.below(logged.indexOf('server_listening'));
    expect(logged).not.to.include('redis_connect_fail');
  });

  it('2: exits with code 1 and is restarted, with no port open, until Redis is up', async () => {
    const service = await task.serve({ REDIS_STARTUP_TIMEOUT_MS: '500' }, ['--restart=on-failure']);
    await until('restarted twice', async () => (await service.restarts()) >= 2);
    await until('exit 1', async () => {
      const { Status, ExitCode } = await service.state();
      return Status === 'restarting' && ExitCode === 1;
    });
    const fatal = await service.linesOf('redis_connect_fatal');
    expect(fatal.map(({ errorCode }) => errorCode)).to.include('ECONNREFUSED');
    expect(await service.linesOf('server_listening')).to.deep.equal([]);

    const redisAt = Date.now();
    await task.startRedis();
    await untilReady();
    expect((await askTicket(task.url)).status).to.equal(200);
    const opened = (await task.seen()).filter(({ state }) => state === 'open');
    expect(opened.map(({ port }) => port)).to.have.members([3000, 3001]);
    for (const { at } of opened) expect(at).to.be.above(redisAt);
    const restarts = await service.restarts();
    expect(await service.linesOf('redis_connect_fatal')).to.have.length(restarts);
    expect(await docker('logs', service.id)).not.to.match(STACK_TRACE);
  });

  it('3: returns 503 for tickets and /ready during a Redis outage, without a restart', async () => {
    const redis = await task.startRedis();
    const service = await task.serve({}, ['--restart=on-failure', '--health-interval=1s']);
    await untilReady();
    const lostAt = new Date();
    await docker('kill', redis.id);
    await until('not ready', async () => (await readiness()) === 503);
    const refused = await askTicket(task.url);
    expect(refused).to.include({ status: 503 });
    expect(refused.headers).to.include({ 'retry-after': '2' });
    expect(refused.body).to.include({ errorCode: 'WS_TICKET_REDIS_NOT_READY', retryAfter: 2 });
    // A health check by readiness would kill every task here.
    await until('checked during the outage', async () => {
      const { Status, Log } = (await service.state()).Health ?? {};
      return Status === 'healthy' && Log?.some(({ Start, ExitCode }) => ExitCode === 0 && new Date(Start) > lostAt);
    });
    expect((await ask(`${task.url}/api/v1/health`)).status).to.equal(200);

    await docker('start', redis.id);
    await untilReady();
    expect((await askTicket(task.url)).status).to.equal(200);
    expect(await service.restarts()).to.equal(0);
    expect(await service.linesOf('ws_ticket_redis_not_ready')).to.have.length(1);
    expect(await service.linesOf('redis_connect_fail')).to.have.length(1);
  });
});
