import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { type InstalledPackage, installPackage } from '../../support/installed-package.ts';
import { run } from '../../support/run.ts';

const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

const PROGRAM = `
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type Admission, answerRefusal, closeAtSessionEnd, createGateway, type Gateway, type GatewayRequest, type OpenSession, type SessionSelector, UpgradeRefused } from 'ticketd/gateway';
import { type WebSocket, WebSocketServer } from 'ws';

const gateway: Gateway = createGateway({
  redeem: { url: new URL('http://ticketd:3001'), key: 'x'.repeat(32) },
  audience: ({ url }) => url?.slice(1),
  onEvent: (event) => {
    if (event.event === 'upgrade_admitted') console.log(event.subject.length + event.durationMs);
    else if (event.event === 'redis_down') console.log(event.level, event['endpoint']);
    else if (event.level === 'error' && event.event === 'redeem_failed') console.log(event.error.length);
    else if (event.event === 'client_silent') console.log(event.subject.length);
    else if (event.event === 'upgrade_failed') console.log(event.stack?.length);
    else if (event.event === 'socket_revoked') console.log(event.delayMs.toFixed());
    else if (event.event === 'revocations_reset') console.log(event.sockets.toFixed(), event.traceId);
  },
});
createGateway({ redeem: { redis: { url: 'redis://redis', cluster: true } }, onEvent: async () => {} });
createGateway({ redeem: { redis: { url: 'redis://redis' } }, audience: (request: GatewayRequest) => request.url });
createGateway({ redeem: { redis: { url: 'redis://redis' } }, audience: (request: IncomingMessage) => request.headers.host });
createGateway({ redeem: { redis: { url: 'redis://redis' } }, audience: (request) => request.headers.host });
const sockets = new WebSocketServer({ noServer: true });
const end: () => void = gateway.protect(createServer(), sockets, { refuse: 'close', path: '/chat', heartbeatMs: 0, upgradeTimeoutMs: 1 });
gateway.protect(createTlsServer(), async (request, socket, head, { sessionExpiresAt }) => {
  socket.end(request.url ?? '' + head.length + sessionExpiresAt.toISOString());
});
sockets.on('connection', (socket: WebSocket, request: IncomingMessage, { subject, channel }: Admission) => {
  socket.send(subject + channel?.length + gateway.admissionOf(request)?.traceId);
  const admission = gateway.admissionOf(request);
  if (admission) gateway.track(socket, admission)();
  if (admission) closeAtSessionEnd(socket, admission, () => console.log(admission.sessionExpiresIn.toFixed()));
});
createServer().on('upgrade', async (request, socket) => {
  try {
    const { protocols } = await gateway.authenticateUpgrade(request);
    console.log(protocols.join());
  } catch (error) {
    if (error instanceof UpgradeRefused && error.status === 503) answerRefusal(socket, error);
  }
});
await gateway.start();
const open: readonly OpenSession[] = gateway.sessions();
const selector: SessionSelector = { subject: open[0]?.subject ?? '' };
console.log(gateway.closeSession(selector).toFixed(), gateway.closeSession({ ...selector, sessionId: 's' }, 4001, 'bye'));
end();
await gateway.close();
// @ts-expect-error there is no such option
createGateway({ redeem: { url: '', key: '' }, audiance: 'chat' });
// @ts-expect-error it needs a way to redeem
createGateway({ audience: 'chat' });
// @ts-expect-error there is no such status
if (new UpgradeRefused('WS_TICKET_MISSING', { traceId: '' }).status === 500) console.log();
`;

describe('ticketd/gateway, installed from the package', () => {
  let installed: InstalledPackage;
  before(async () => {
    installed = await installPackage(['@types', 'ws']);
  });
  after(() => installed.remove());

  for (const [what, options] of [
    ['a program of ES modules', { module: 'nodenext' }],
    ['a program built by a bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ] as const)
    it(`has types that compile in ${what}`, async () => {
      installed.write('program.mts', PROGRAM);
      const strict = { strict: true, exactOptionalPropertyTypes: true, noPropertyAccessFromIndexSignature: true };
      const compilerOptions = { target: 'es2023', types: ['node'], noEmit: true, ...strict, ...options };
      const config = installed.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['program.mts'] }));
      await run(process.execPath, [TSC, '-p', config]);
    });

  it('contains types of the libraries and of src/protocol only, and none of the service', async () => {
    const list =
      "import { readdirSync } from 'node:fs'; console.log(readdirSync(process.argv[2], { recursive: true }).join());";
    const program = installed.write('list.mjs', list);
    const files = (await run(process.execPath, [program, join(installed.path, 'dist')])).split(',');
    const types = files.filter((file) => /\.d\.c?ts$/.test(file));
    expect(types).to.include('gateway/gateway.d.ts');
    expect(types.filter((file) => !/^(gateway|client|protocol)\//.test(file))).to.deep.equal([]);
  });

  it('loads ioredis only to redeem directly from Redis', async () => {
    const text = (redeem: string) => `
      import { createRequire } from 'node:module';
      import { createGateway } from 'ticketd/gateway';
      const gateway = createGateway({ redeem: ${redeem} });
      await gateway.start().catch(() => {});
      await gateway.close();
      console.log(Object.keys(createRequire(import.meta.url).cache).some((file) => file.endsWith('/redis-tickets.cjs')));`;
    const loads = (redeem: string) => run(process.execPath, [installed.write('program.mjs', text(redeem))]);
    expect(await loads("{ url: 'http://127.0.0.1:1', key: 'x'.repeat(32) }")).to.equal('false');
    expect(await loads("{ redis: { url: 'redis://127.0.0.1:1', startupTimeoutMs: 100 } }")).to.equal('true');
  });
});
