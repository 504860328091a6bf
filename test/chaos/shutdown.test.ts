import { expect } from 'chai';
import { type Answer, askTicket } from '../support/ask.ts';
import { type ClusterSetup, startCluster } from '../support/cluster.ts';
import { untilInFlight } from '../support/in-flight.ts';
import { SECRET } from '../support/jwt.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import type { RedisNode } from '../support/redis-node.ts';
import { type SentinelSetup, startSentinelSetup } from '../support/sentinel.ts';
import { endAll, STACK_TRACE, serve, type Ticketd } from '../support/ticketd.ts';
import { record } from './support/table.ts';

// Long enough for a command to time out, and for the reserve of the phases that stop later.
const DEADLINE_MS = 10_000;
const SIGTERM_CODE = 128 + 15;

type Env = Readonly<Record<string, string>>;

const start = (env: Env): Ticketd => serve({ JWT_SECRET: SECRET, SHUTDOWN_TIMEOUT_MS: String(DEADLINE_MS), ...env });

const started = async (env: Env): Promise<Ticketd> => {
  const service = start(env);
  await service.url();
  return service;
};

/** Sends SIGTERM; ticketd exits with this code (it would be 124 at its deadline) and without a stack trace. */
const expectOut = async (service: Ticketd, letter: string, moment: string, code = 0): Promise<void> => {
  const signalledAt = performance.now();
  service.process.kill('SIGTERM');
  const exit = await service.exit;
  const tookMs = performance.now() - signalledAt;
  record({
    case: `29${letter}`,
    fault: `SIGTERM while ${moment}`,
    bound: `exit ${code} ≤ ${DEADLINE_MS} ms`,
    limits: { tookMs: DEADLINE_MS },
    tookMs,
    answers: `exit ${exit.code} after ${Math.round(tookMs)} ms`,
  });
  expect(exit).to.deep.equal({ code, signal: null });
  expect(service.output).not.to.match(STACK_TRACE);
  if (code === 0) expect(service.events.at(-1)).to.equal('server_stopped');
};

describe('shutdown on SIGTERM with a single Redis', () => {
  let redis: TestRedis;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await endAll();
    await redis.stop();
  });

  it('exits with code 0 before the deadline when Redis hangs undetected (29a)', async () => {
    const service = await started({ REDIS_URL: redis.url });
    await redis.pause();
    await expectOut(service, 'a', 'Redis hangs, not known yet');
  });

  it('exits with code 0 before the deadline and returns 503 to a request waiting for a hanging Redis (29b)', async () => {
    const service = await started({ REDIS_URL: redis.url });
    await redis.pause();
    const request = askTicket(await service.url());
    await untilInFlight(service);
    await expectOut(service, 'b', 'a request waits for a Redis that hangs');
    expect(((await request) as Answer).status).to.equal(503);
  });

  it('exits with code 0 before the deadline after Redis was found to hang (29c)', async () => {
    const service = await started({ REDIS_URL: redis.url });
    await redis.pause();
    await service.line('redis_down');
    await expectOut(service, 'c', 'Redis was found to hang');
  });

  it('exits with code 0 before the deadline while reconnecting to Redis (29d)', async () => {
    const service = await started({ REDIS_URL: redis.url });
    await redis.stop();
    await service.line('redis_down');
    await expectOut(service, 'd', 'reconnecting');
  });

  it('exits with code 143 without having listened when Redis hangs during startup (29e)', async () => {
    await redis.pause();
    const service = start({ NODE_ENV: 'production', DRAIN_DELAY_MS: '0', REDIS_URL: redis.url });
    await service.line('redis_connect_start');
    await expectOut(service, 'e', 'waiting for Redis at the start', SIGTERM_CODE);
    expect(service.events).not.to.include('server_listening');
  });
});

describe('shutdown on SIGTERM with Redis Sentinel', () => {
  let setup: SentinelSetup;
  before(async () => {
    setup = await startSentinelSetup();
  });
  afterEach(endAll);
  after(() => setup.remove());

  it('exits with code 0 before the deadline when the master is lost (29f)', async () => {
    const service = await started(setup.env);
    await (await setup.master()).stop();
    await service.line('redis_down');
    await expectOut(service, 'f', 'the Sentinels look for a new master');
  });

  it('exits with code 0 before the deadline when the master and all Sentinels are lost (29g)', async () => {
    const service = await started(setup.env);
    await (await setup.master()).pause();
    await Promise.all(setup.sentinels.map((sentinel) => sentinel.remove()));
    await service.line('redis_down');
    await expectOut(service, 'g', 'neither Sentinels nor master answer');
  });
});

describe('shutdown on SIGTERM with a Redis Cluster', () => {
  let cluster: ClusterSetup;
  before(async () => {
    cluster = await startCluster({ replicas: 0 });
  });
  afterEach(endAll);
  after(() => cluster.remove());

  it('exits with code 0 before the deadline when a master hangs (29h)', async () => {
    const service = await started(cluster.env);
    await (cluster.nodes[0] as RedisNode).pause();
    await service.line('redis_down');
    await expectOut(service, 'h', 'a master of a cluster hangs');
  });

  it('exits with code 0 before the deadline when all nodes are gone (29i)', async () => {
    await (cluster.nodes[0] as RedisNode).resume();
    await cluster.untilHealthy();
    const service = await started(cluster.env);
    await Promise.all(cluster.nodes.map((node) => node.stop()));
    await service.line('redis_down');
    await expectOut(service, 'i', 'all of a cluster is gone');
  });
});
