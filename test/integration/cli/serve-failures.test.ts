import { expect } from 'chai';
import { ask } from '../../support/ask.ts';
import { seeded } from '../../support/faults/faults.ts';
import { freePort } from '../../support/free-port.ts';
import { SECRET } from '../../support/jwt.ts';
import { closeServers, isOpen, silentServer } from '../../support/tcp-server.ts';
import { endAll, STACK_TRACE, serve, ticketd } from '../../support/ticketd.ts';

const EMBEDDED = { JWT_SECRET: SECRET, REDIS_URL: 'memory://' };

describe('serve start failures other than Redis', () => {
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  for (const name of ['PORT', 'INTERNAL_PORT']) {
    it(`exits 1 and names the port when ${name} is taken`, async () => {
      const { port } = await silentServer();
      const service = serve({ ...EMBEDDED, [name]: String(port) });
      expect(await service.exit).to.deep.equal({ code: 1, signal: null });
      const failed = await service.line('phase_fail');
      expect(failed.error).to.contain(`127.0.0.1:${port}`);
      expect(failed.phase).to.equal(name === 'PORT' ? 'listen' : 'listen-internal');
      expect(service.stderr).to.match(new RegExp(`^ticketd: .*127\\.0\\.0\\.1:${port}.*EADDRINUSE.*\n$`));
      expect(service.output).not.to.match(STACK_TRACE);
    });
  }

  it('closes the internal listener when the public port is taken', async () => {
    const { port } = await silentServer();
    const internalPort = await freePort();
    const service = serve({ ...EMBEDDED, PORT: String(port), INTERNAL_PORT: String(internalPort) });
    expect((await service.exit).code).to.equal(1);
    expect(service.linesOf('server_listening').map(({ listener }) => listener)).to.deep.equal(['internal']);
    expect(await isOpen(internalPort)).to.equal(false);
  });

  it('exits 1 and names the deadline when STARTUP_TIMEOUT_MS runs out in the redis phase', async () => {
    const { port } = await silentServer();
    const service = serve({
      NODE_ENV: 'production',
      JWT_SECRET: SECRET,
      REDIS_URL: `redis://127.0.0.1:${port}`,
      REDIS_STARTUP_TIMEOUT_MS: '8000',
      STARTUP_TIMEOUT_MS: '600',
    });
    expect((await service.exit).code).to.equal(1);
    expect(service.stderr).to.contain('600 ms').and.to.contain('"redis"');
    expect((await service.line('phase_timeout')).errorCode).to.equal('STARTUP_TIMEOUT');
    expect(service.events).not.to.include('server_listening');
    expect(service.output).not.to.match(STACK_TRACE);
  });

  it('exits 78 and names every wrong variable, without opening a port or connecting to Redis', async () => {
    const service = serve({ PORT: 'http', TICKET_TTL_SECONDS: '301', JWT_SECRET: 'too-short-secret' });
    expect((await service.exit).code).to.equal(78);
    expect(service.stderr).to.match(
      /^ticketd: invalid configuration: PORT: expected [^\n]*TICKET_TTL_SECONDS: expected [^\n]*JWT_SECRET: expected [^\n]*\n$/,
    );
    expect(service.events).to.deep.equal(['phase_start', 'phase_fail']);
    expect(service.output).not.to.contain('too-short-secret');
    expect(service.output).not.to.match(STACK_TRACE);
  });

  for (const fault of ['throw-on-signal', 'reject-on-signal'] as const) {
    it(`exits 70 and logs uncaught_error for an uncaught error (${fault})`, async () => {
      const service = serve({ ...EMBEDDED, ...seeded(fault) });
      expect((await ask(`${await service.url()}/health`)).status).to.equal(200);
      service.process.kill('SIGUSR2');
      expect(await service.exit).to.deep.equal({ code: 70, signal: null });
      expect(service.lines.at(-1)).to.include({ event: 'uncaught_error', level: 'fatal', error: 'a seeded fault' });
    });
  }

  it('exits 70 and logs uncaught_error for a thrown value that is no error', async () => {
    const service = serve({ ...EMBEDDED, ...seeded('throw-null-on-signal') });
    await service.url();
    service.process.kill('SIGUSR2');
    expect(await service.exit).to.deep.equal({ code: 70, signal: null });
    expect(service.lines.at(-1)).to.include({ event: 'uncaught_error', error: 'null', errorCode: 'UNKNOWN' });
    expect(service.stderr).to.equal('');
  });

  it('exits 70 and prints one line for an uncaught error during the start', async () => {
    const { port } = await silentServer();
    const env = { JWT_SECRET: SECRET, REDIS_URL: `redis://127.0.0.1:${port}`, ...seeded('throw-on-signal') };
    const service = serve(env);
    await service.line('redis_connect_start');
    service.process.kill('SIGUSR2');
    expect(await service.exit).to.deep.equal({ code: 70, signal: null });
    expect(service.stderr).to.equal('ticketd: internal error: a seeded fault; see uncaught_error in the log\n');
  });

  it('exits 64 for an unknown argument or option', async () => {
    for (const args of [['now'], ['--port', '3000']]) {
      const service = ticketd(['serve', ...args], EMBEDDED);
      expect((await service.exit).code).to.equal(64);
      expect(service.stderr).to.match(/^error: [^\n]+ \(see "ticketd --help"\)\n$/);
      expect(service.stdout).to.equal('');
    }
  });
});
