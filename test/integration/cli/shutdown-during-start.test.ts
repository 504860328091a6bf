import { expect } from 'chai';
import { freePort } from '../../support/free-port.ts';
import { SECRET } from '../../support/jwt.ts';
import { closeServers, isOpen, silentServer } from '../../support/tcp-server.ts';
import { endAll, STACK_TRACE, serve } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

// The phase would end by itself after so long, with another exit code.
const BUDGET_MS = 20_000;

describe('serve when a signal arrives during the redis phase', () => {
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    for (const mode of ['production', 'development']) {
      it(`exits ${code} on ${signal} in ${mode}, without opening its port`, async () => {
        const redis = await silentServer();
        const port = await freePort();
        const service = serve({
          NODE_ENV: mode,
          JWT_SECRET: SECRET,
          PORT: String(port),
          REDIS_URL: `redis://127.0.0.1:${redis.port}`,
          REDIS_STARTUP_TIMEOUT_MS: String(BUDGET_MS),
        });
        await until('a connection to Redis', () => redis.accepted > 0);
        expect(await isOpen(port)).to.equal(false);
        service.process.kill(signal);
        expect(await service.exit).to.deep.equal({ code, signal: null });
        expect(service.events).not.to.include('server_listening');
        expect(service.events).not.to.include('redis_connect_degraded').and.not.to.include('redis_connect_fatal');
        expect(service.lines.at(-1)).to.include({ event: 'phase_fail', phase: 'redis', errorCode: 'INTERRUPTED' });
        expect(service.stderr).to.equal(`ticketd: interrupted by ${signal}\n`);
        expect(service.output).not.to.match(STACK_TRACE);
      });
    }
  }

  it('prints one line when a second signal follows', async () => {
    const redis = await silentServer();
    const service = serve({ JWT_SECRET: SECRET, REDIS_URL: `redis://127.0.0.1:${redis.port}` });
    await service.line('redis_connect_start');
    service.process.kill('SIGTERM');
    service.process.kill('SIGINT');
    expect((await service.exit).code).to.be.oneOf([130, 143]);
    expect(service.stderr).to.match(/^ticketd: interrupted by SIG(TERM|INT)\n$/);
  });
});
