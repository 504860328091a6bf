import { expect } from 'chai';
import { askTicket } from '../../support/ask.ts';
import { SECRET } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { ticketKeys } from '../../support/ticket-keys.ts';
import { endAll, serve } from '../../support/ticketd.ts';

describe('serve with a working Redis', () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis({ password: 'right-horse-7' });
  });
  after(() => redis.stop());
  afterEach(endAll);

  const start = (env: Record<string, string> = {}) =>
    serve({ NODE_ENV: 'production', JWT_SECRET: SECRET, REDIS_URL: redis.url, ...env });

  it('logs redis_connect_start, redis_connect_ok and server_listening in this order', async () => {
    const service = start();
    await service.url();
    const logged = service.events.filter((event) => !event?.startsWith('phase_'));
    expect(logged).to.deep.equal(['redis_connect_start', 'redis_connect_ok', 'server_listening', 'server_listening']);
  });

  it('runs the phases config, redis and listen in order and logs their durations', async () => {
    const service = start({ INTERNAL_PORT: 'off' });
    await service.line(({ event, phase }) => event === 'phase_ok' && phase === 'listen');
    const phases = service.lines.filter(({ event }) => event?.startsWith('phase_'));
    expect(phases.map(({ event, phase }) => `${event} ${phase}`)).to.deep.equal(
      ['config', 'redis', 'listen'].flatMap((phase) => [`phase_start ${phase}`, `phase_ok ${phase}`]),
    );
    for (const { durationMs } of service.linesOf('phase_ok')) expect(durationMs).to.be.a('number').that.is.at.least(0);
  });

  it('logs the endpoint without credentials, the connect time and the number of attempts', async () => {
    const service = start();
    const ok = await service.line('redis_connect_ok');
    expect(ok.endpoint).to.equal(`redis://127.0.0.1:${redis.port}`);
    expect(ok.durationMs).to.be.a('number').that.is.at.least(0);
    expect(ok.attempts).to.equal(1);
    await service.url();
    expect(service.output).not.to.contain('right-horse-7');
  });

  it('answers the first request after server_listening with 200', async () => {
    const service = start();
    expect((await askTicket(await service.url())).status).to.equal(200);
  });

  it('stores a digest of the ticket in Redis with a TTL, and not the ticket', async () => {
    const service = start({ REDIS_KEY_PREFIX: 'digest:' });
    const { body } = await askTicket(await service.url());
    const keys = (await redis.cli('KEYS', ticketKeys('digest:'))).split('\n');
    expect(keys).to.have.length(1);
    const [key = ''] = keys;
    expect(Number(await redis.cli('PTTL', key))).to.be.within(1, 30_000);
    const kept = key + (await redis.cli('GET', key));
    expect(body.ticket).to.be.a('string').that.has.length.above(40);
    expect(kept).not.to.contain(String(body.ticket).slice(4, 20));
  });

  it('opens no internal listener when INTERNAL_PORT is off', async () => {
    const service = start({ INTERNAL_PORT: 'off' });
    await service.line(({ event, phase }) => event === 'phase_ok' && phase === 'listen');
    expect(service.linesOf('server_listening').map(({ listener }) => listener)).to.deep.equal(['public']);
  });

  it('logs one JSON object a line, with time, level, service, version, event and msg', async () => {
    const service = start();
    await askTicket(await service.url());
    await service.line('ws_ticket_issued');
    for (const line of service.lines) {
      expect(line).to.include.keys('time', 'level', 'service', 'version', 'event', 'msg');
      expect(new Date(String(line.time)).toISOString()).to.equal(line.time);
    }
    expect(service.stderr).to.equal('');
  });
});
