import { expect } from 'chai';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { TICKET_PATH } from '../../support/ask.ts';
import { seeded } from '../../support/faults/faults.ts';
import { untilReadBy } from '../../support/in-flight.ts';
import { type Canaries, createCanaries } from '../../support/leaks/canaries.ts';
import { post } from '../../support/leaks/rows.ts';
import { startSecretRedis, USER, urlTo } from '../../support/leaks/secret-redis.ts';
import { type LeakWatch, watchForLeaks } from '../../support/leaks/watch.ts';
import { openConnection } from '../../support/raw-connection.ts';
import { removeEveryRedis } from '../../support/redis.ts';
import { startSentinel } from '../../support/sentinel-process.ts';
import { closeServers, silentServer } from '../../support/tcp-server.ts';
import { endAll, serve, type Ticketd, ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

describe('secrets in process output', () => {
  let canaries: Canaries;
  let watch: LeakWatch;
  beforeEach(() => {
    canaries = createCanaries();
    watch = watchForLeaks(canaries);
  });
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  const embedded = (env: Readonly<Record<string, string>> = {}): Ticketd =>
    serve({ ...canaries.env, REDIS_URL: 'memory://', ...env });

  const expectNoLeaks = (name: string, process: Ticketd): void => {
    watch.hearProcess(name, process);
    expect(watch.leaks()).to.deep.equal([]);
  };

  it('do not appear when the shutdown is forced with requests in flight', async () => {
    const redis = await startSecretRedis(canaries);
    const service = serve({
      ...canaries.env,
      REDIS_URL: urlTo(redis.port, canaries),
      SHUTDOWN_TIMEOUT_MS: '400',
    });
    const ticket = await watch.ticket(service);
    await redis.pause();
    const connection = await openConnection(await service.url());
    const behind = (name: string): string =>
      `GET /${encodeURIComponent(name)}?${ticket} HTTP/1.1\r\nHost: ticketd\r\n\r\n`;
    // The requests after the first wait for their turn.
    const first = post(`${TICKET_PATH}?ticket=${ticket}`, `Bearer ${watch.jwt()}`).replace('Connection: close\r\n', '');
    await connection.send(first + [canaries.gatewayKeys[0], ticket, watch.jwt()].map(behind).join(''));
    await untilReadBy(service);
    service.process.kill('SIGTERM');
    expect((await service.exit).code).to.equal(124);
    expect(service.lines.at(-1)?.pending).to.contain(`POST ${TICKET_PATH}, `);
    expectNoLeaks('the service', service);
    await removeEveryRedis();
  });

  it('do not appear when a second signal ends the process', async () => {
    const service = embedded({ DRAIN_DELAY_MS: '5000' });
    await watch.ticket(service);
    service.process.kill('SIGTERM');
    await service.line('server_draining');
    service.process.kill('SIGTERM');
    expect((await service.exit).code).to.equal(143);
    expectNoLeaks('the service', service);
  });

  it('do not appear when an uncaught error that contains them ends serve', async () => {
    const env = {
      ...canaries.env,
      TOLD_JWT: watch.jwt(),
      TOLD_TICKET: newTicket(),
      ...seeded('throw-secrets-on-signal'),
    };
    watch.keep('a ticket', env.TOLD_TICKET);
    const redis = await startSecretRedis(canaries);
    const service = serve({ ...env, REDIS_URL: urlTo(redis.port, canaries) });
    await service.url();
    service.process.kill('SIGUSR2');
    expect((await service.exit).code).to.equal(70);
    expect(service.lines.at(-1)).to.include({ event: 'uncaught_error', level: 'fatal' });
    expectNoLeaks('the service', service);
    await removeEveryRedis();
  });

  it('do not appear when an uncaught error that contains them ends check-redis', async () => {
    const env = {
      ...canaries.env,
      TOLD_JWT: watch.jwt(),
      TOLD_TICKET: newTicket(),
      ...seeded('throw-secrets-on-signal'),
    };
    watch.keep('a ticket', env.TOLD_TICKET);
    const silent = await silentServer();
    const check = ticketd(['check-redis', '--timeout', '20000'], { ...env, REDIS_URL: urlTo(silent.port, canaries) });
    await until('the check to connect', () => silent.accepted > 0);
    check.process.kill('SIGUSR2');
    expect((await check.exit).code).to.equal(70);
    expectNoLeaks('check-redis', check);
  });

  for (const [what, password] of [
    ['the right password', undefined],
    ['a wrong password', 'another password'],
  ] as const)
    it(`do not appear with Redis Sentinel and ${what}`, async () => {
      const redis = await startSecretRedis(canaries);
      const quoted = JSON.stringify(password ?? canaries.sentinelPassword);
      const sentinel = await startSentinel([
        `sentinel monitor tickets 127.0.0.1 ${redis.port} 1`,
        `requirepass ${quoted}`,
      ]);
      const service = serve({
        ...canaries.env,
        REDIS_URL: urlTo(sentinel.port, canaries),
        REDIS_SENTINEL_MASTER: 'tickets',
        REDIS_SENTINEL_PASSWORD: canaries.sentinelPassword,
        REDIS_STARTUP_TIMEOUT_MS: password === undefined ? '8000' : '700',
      });
      await service.line(password === undefined ? 'redis_connect_ok' : 'redis_connect_degraded');
      if (password === undefined) await watch.ticket(service);
      service.process.kill('SIGTERM');
      await service.exit;
      expectNoLeaks('the service', service);
      await sentinel.remove();
      await redis.stop();
    });

  it('do not appear in the output of check-config and serve, for valid and invalid variables', async () => {
    const redisUrl = urlTo(1, canaries);
    const runs: readonly (readonly [code: number, env: Readonly<Record<string, string>>])[] = [
      [0, { REDIS_URL: redisUrl }],
      [78, { REDIS_URL: `${redisUrl}?password=${canaries.redisPassword}` }],
      [78, { REDIS_URL: redisUrl.replace('127.0.0.1', '[') }],
      [78, { REDIS_URL: redisUrl, REDIS_SENTINEL_PASSWORD: canaries.sentinelPassword }],
      [78, { JWT_PUBLIC_KEY: canaries.jwtSecrets[0] }],
      [78, { JWT_PUBLIC_KEY_FILE: canaries.jwtSecrets[0], JWT_SECRET: '' }],
      [78, { GATEWAY_KEYS: `${canaries.gatewayKeys[0]},short` }],
      [78, { JWT_SECRET: `${canaries.jwtSecrets[0]},short` }],
      // A secret as the value of another variable.
      [78, { PORT: redisUrl, HOST: watch.jwt(), LOG_LEVEL: 'trace' }],
    ];
    for (const [code, env] of runs)
      for (const args of [['check-config'], ['check-config', '--json'], ['serve']]) {
        if (code === 0 && args[0] === 'serve') continue;
        const command = ticketd(args, { ...canaries.env, ...env });
        expect((await command.exit).code, Object.keys(env).join()).to.equal(code);
        watch.hearProcess(`${args.join(' ')} with ${Object.keys(env)}`, command);
      }
    expect(watch.leaks()).to.deep.equal([]);
  });

  it('do not appear when a command gets them as arguments', async () => {
    const redisUrl = urlTo(1, canaries);
    const { port } = new URL(await embedded().url());
    const runs: readonly (readonly [code: number, args: readonly string[]])[] = [
      [64, [redisUrl]],
      [64, ['serve', redisUrl]],
      [64, ['check-redis', `--uri=${redisUrl}`]],
      [64, ['check-redis', '--timeout', redisUrl]],
      [1, ['check-redis', '--url', redisUrl]],
      [1, ['check-redis', '--json', '--url', redisUrl]],
      [78, ['check-redis', '--url', `${redisUrl}?x=1`]],
      [1, ['probe', '--url', `http://${USER}:${encodeURIComponent(canaries.redisPassword)}@127.0.0.1:1`]],
      [1, ['probe', redisUrl]],
      [0, ['probe', '--url', `http://127.0.0.1:${port}/health?key=${encodeURIComponent(canaries.gatewayKeys[0])}`]],
    ];
    for (const [code, args] of runs) {
      const command = ticketd(args, { DEBUG: '*' });
      expect((await command.exit).code, args[0]).to.equal(code);
      watch.hear(args.slice(0, -1).join(' '), command.output);
    }
    expect(watch.leaks()).to.deep.equal([]);
  });
});
