import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { SECRET } from '../../support/jwt.ts';
import { closeServers, silentServer } from '../../support/tcp-server.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

/** Makes what it starts the first process of a PID namespace of its own, as in a container. */
const AS_ROOT = ['unshare', '--pid', '--fork', '--kill-child'];
const AS_ANYONE = [...AS_ROOT, '--user', '--map-root-user'];

const serveAsPid1 = (env: Record<string, string>): Ticketd =>
  serve({ JWT_SECRET: SECRET, ...env }, { through: process.getuid?.() === 0 ? AS_ROOT : AS_ANYONE });

/** Signals the service itself: the only child of what was started. */
const signalPid1 = async (service: Ticketd, signal: NodeJS.Signals): Promise<void> => {
  const pid = service.process.pid;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  expect(children).to.match(/^\d+ $/);
  const status = await readFile(`/proc/${children.trim()}/status`, 'utf8');
  expect(status).to.match(/^NSpid:\t\d+.*\t1$/m);
  process.kill(Number(children), signal);
};

describe('serve as PID 1', () => {
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  it('exits 143 on SIGTERM during the redis phase, without opening its port', async () => {
    const redis = await silentServer();
    const service = serveAsPid1({
      NODE_ENV: 'production',
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      REDIS_STARTUP_TIMEOUT_MS: '20000',
    });
    await service.line('redis_connect_start');
    await until('a connection to Redis', () => redis.accepted > 0);
    await signalPid1(service, 'SIGTERM');
    expect(await service.exit).to.deep.equal({ code: 143, signal: null });
    expect(service.events).not.to.include('server_listening');
  });

  it('drains and exits 0 on SIGTERM when ready', async () => {
    const service = serveAsPid1({ REDIS_URL: 'memory://', DRAIN_DELAY_MS: '300' });
    await service.url();
    await signalPid1(service, 'SIGTERM');
    expect(await service.exit).to.deep.equal({ code: 0, signal: null });
    expect(service.events.slice(-2)).to.deep.equal(['server_draining', 'server_stopped']);
  });

  it('exits 143 immediately on a second SIGTERM', async () => {
    const service = serveAsPid1({ REDIS_URL: 'memory://', DRAIN_DELAY_MS: '20000' });
    await service.url();
    await signalPid1(service, 'SIGTERM');
    await service.line('server_draining');
    await signalPid1(service, 'SIGTERM');
    expect(await service.exit).to.deep.equal({ code: 143, signal: null });
  });
});
