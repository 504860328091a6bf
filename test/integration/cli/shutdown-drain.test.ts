import { expect } from 'chai';
import { ask, askTicket, keepAliveAgent } from '../../support/ask.ts';
import { SECRET } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { isOpen } from '../../support/tcp-server.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

// Far longer than what the tests do meanwhile.
const DRAIN_MS = 20_000;

describe('serve drain', () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());
  afterEach(endAll);

  const start = (drainMs: number): Ticketd =>
    serve({ NODE_ENV: 'production', JWT_SECRET: SECRET, REDIS_URL: redis.url, DRAIN_DELAY_MS: String(drainMs) });

  it('returns 503 from /ready on both listeners while /health and ticket requests return 200', async () => {
    const service = start(DRAIN_MS);
    const [url, internalUrl] = [await service.url(), await service.url('internal')];
    expect((await ask(`${url}/ready`)).status).to.equal(200);
    service.process.kill('SIGTERM');
    const draining = await service.line('server_draining');
    expect(draining).to.include({ signal: 'SIGTERM', drainMs: DRAIN_MS });
    for (const base of [url, internalUrl]) {
      const ready = await ask(`${base}/ready`);
      expect(ready.status).to.equal(503);
      expect(ready.body).to.deep.equal({ status: 'DRAINING', ready: false, checks: { redis: 'UP' } });
    }
    expect((await ask(`${url}/health`)).status).to.equal(200);
    expect((await askTicket(url)).status).to.equal(200);
  });

  it('sends Connection: close during the drain delay', async () => {
    const service = start(DRAIN_MS);
    const url = await service.url();
    const agent = keepAliveAgent();
    expect((await askTicket(url, agent)).headers.connection).to.equal('keep-alive');
    service.process.kill('SIGTERM');
    await service.line('server_draining');
    const { status, headers } = await askTicket(url, agent);
    expect(status).to.equal(200);
    expect(headers.connection).to.equal('close');
    agent.destroy();
  });

  it('closes the port after the drain delay and exits 0 with server_draining and server_stopped last', async () => {
    const service = start(300);
    const url = await service.url();
    service.process.kill('SIGTERM');
    await service.line('server_draining');
    expect(await service.exit).to.deep.equal({ code: 0, signal: null });
    expect(await isOpen(Number(new URL(url).port))).to.equal(false);
    expect(service.events.slice(-2)).to.deep.equal(['server_draining', 'server_stopped']);
    const stopped = service.lines.at(-1);
    expect(stopped).to.include({ level: 'info', signal: 'SIGTERM' });
    expect(stopped?.durationMs).to.be.at.least(290);
    expect(service.stderr).to.equal('');
  });

  it('skips the drain delay on SIGINT', async () => {
    const service = start(DRAIN_MS);
    await service.url();
    service.process.kill('SIGINT');
    expect(await service.exit).to.deep.equal({ code: 0, signal: null });
    expect(service.linesOf('server_draining')[0]).to.include({ signal: 'SIGINT', drainMs: 0 });
    expect(service.lines.at(-1)?.durationMs).to.be.below(DRAIN_MS);
    expect(service.events.slice(-2)).to.deep.equal(['server_draining', 'server_stopped']);
  });

  it('closes idle keep-alive connections instead of waiting for them', async () => {
    const service = start(0);
    const url = await service.url();
    const agent = keepAliveAgent();
    expect((await askTicket(url, agent)).headers.connection).to.equal('keep-alive');
    expect(Object.keys(agent.freeSockets)).to.have.length(1);
    service.process.kill('SIGTERM');
    expect(await service.exit).to.deep.equal({ code: 0, signal: null });
    await until('the connection gone', () => Object.keys(agent.freeSockets).length === 0);
  });

  it('closes its connections to Redis', async () => {
    const connections = async () => (await redis.cli('CLIENT', 'LIST')).match(/ cmd=(mget|getdel) /g)?.length ?? 0;
    const service = start(0);
    await service.url();
    expect(await connections()).to.equal(1);
    service.process.kill('SIGTERM');
    await service.exit;
    await until('no connection', async () => (await connections()) === 0);
  });
});
