import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { freePort } from '../support/free-port.ts';
import { SECRET } from '../support/jwt.ts';
import { startRedis } from '../support/redis.ts';
import { endAll, STACK_TRACE, serve } from '../support/ticketd.ts';
import { startupFaults } from './support/startup-faults.ts';
import { record } from './support/table.ts';

const LEEWAY_MS = 500;
const SHORT_MS = 1500;
const DEFAULT_MS = 8000;
const SECRETS = ['chaos-secret', 'another-secret', SECRET];

const start = (env: Readonly<Record<string, string>>) => serve({ NODE_ENV: 'production', JWT_SECRET: SECRET, ...env });

/** Starts ticketd in production; it exits at the timeout of the redis phase, logs the cause and never listens. */
const expectFatal = async (
  about: { readonly letter: string; readonly name: string; readonly errorCode: RegExp },
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<void> => {
  const startedAt = performance.now();
  const service = start(env);
  const { code } = await service.exit;
  const tookMs = performance.now() - startedAt;
  const [failure, ...more] = service.linesOf('redis_connect_fail');
  record({
    case: `24${about.letter}`,
    fault: `production start: ${about.name}`,
    bound: `exit 1 ≤ ${timeoutMs + LEEWAY_MS} ms`,
    limits: { tookMs: timeoutMs + LEEWAY_MS },
    tookMs,
    answers: `exit ${code} after ${Math.round(tookMs)} ms: ${failure?.errorCode}`,
  });
  expect(code).to.equal(1);
  const failed = service.lines.filter(({ event }) => event === 'phase_timeout' || event === 'phase_fail');
  expect(failed.map(({ phase, timeoutMs: limit }) => [phase, limit])).to.deep.equal([['redis', timeoutMs]]);
  expect(more).to.deep.equal([]);
  expect(service.linesOf('redis_connect_fatal')).to.have.length(1);
  for (const line of [failure, ...service.linesOf('redis_connect_fatal')]) {
    expect(line?.errorCode).to.match(about.errorCode);
    expect(line?.error).to.be.a('string').that.is.not.empty;
  }
  expect(service.events).not.to.include('server_listening');
  for (const secret of SECRETS) expect(service.output).not.to.contain(secret);
  expect(service.output).not.to.match(STACK_TRACE);
  expect(service.stderr).to.match(/^[^\n]*\n?$/);
};

describe('startup with NODE_ENV=production', () => {
  afterEach(endAll);

  for (const fault of startupFaults)
    it(`exits with code 1 within the timeout and logs the cause: ${fault.name} (24${fault.letter})`, async () => {
      const { env, end } = await fault.begin();
      try {
        await expectFatal(fault, { ...env, REDIS_STARTUP_TIMEOUT_MS: String(SHORT_MS) }, SHORT_MS);
      } finally {
        await end();
      }
    });

  it('exits with code 1 within the timeout and logs the cause: no such host (24g)', async () => {
    const about = { letter: 'g', name: 'no such host', errorCode: /^(ENOTFOUND|EAI_AGAIN)$/ };
    const env = { REDIS_URL: 'redis://:chaos-secret@no-such-host.invalid', REDIS_STARTUP_TIMEOUT_MS: String(SHORT_MS) };
    await expectFatal(about, env, SHORT_MS);
  });

  it('waits 8 s for Redis by default and exits with code 1 (24h)', async () => {
    const about = { letter: 'h', name: 'connections refused, default time limit', errorCode: /^ECONNREFUSED$/ };
    const startedAt = performance.now();
    await expectFatal(about, { REDIS_URL: `redis://127.0.0.1:${await freePort()}` }, DEFAULT_MS);
    expect(performance.now() - startedAt).to.be.at.least(DEFAULT_MS - LEEWAY_MS);
  });

  it('succeeds when Redis starts 3 s later (26)', async () => {
    const port = await freePort();
    const startedAt = performance.now();
    const service = start({ REDIS_URL: `redis://127.0.0.1:${port}` });
    await service.line('redis_connect_start');
    await delay(startedAt + 3000 - performance.now());
    const redis = await startRedis({ port });
    const upAt = performance.now();
    await service.url();
    const readyAt = performance.now();
    record({
      case: 26,
      fault: 'Redis comes 3 s after the service',
      bound: 'ready < 8000 ms after its start',
      limits: { tookMs: DEFAULT_MS },
      recoveredMs: readyAt - upAt,
      tookMs: readyAt - startedAt,
      answers: `ready after ${Math.round(readyAt - startedAt)} ms`,
    });
    expect(service.linesOf('redis_connect_ok')).to.have.length(1);
    expect(service.linesOf('redis_connect_fail')).to.deep.equal([]);
    await endAll();
    await redis.stop();
  });
});
