import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { TICKET_PATH } from '../../support/ask.ts';
import { type Program, startProgram } from '../../support/examples/program.ts';
import { token } from '../../support/jwt.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';
import { commandBlock } from '../support/command-blocks.ts';
import { createGuidePrograms, type GuidePrograms } from '../support/guide-program.ts';

const PAGE = 'ops/deploy/guides/your-gateway-in-five-minutes.md';

describe(PAGE, () => {
  let service: RunningService;
  let clients: GuidePrograms;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY });
    clients = await createGuidePrograms(['socket.io-client', 'graphql-ws', 'graphql', 'ws', 'y-websocket', 'yjs']);
  });
  after(async () => {
    await clients.stop();
    await service.stop();
  });

  const startServer = (folder: string, at?: number) => {
    const launch = { command: process.execPath, args: ['server.mjs'], cwd: `ops/examples/${folder}` };
    return startProgram(() => launch, { TICKETD_URL: service.internalUrl, GATEWAY_KEY }, at);
  };

  /** Runs the code of a client; resolves with the line that it prints. */
  const runClient = (block: string, { port }: Program, sub: string, prints: string): Promise<string> => {
    const here = block.replace(/(http|ws)s:\/\/chat.example.com/, `$1://127.0.0.1:${port}`);
    expect(here).to.not.equal(block);
    const given = `const ticketUrl = '${service.url}${TICKET_PATH}';
      const getToken = () => '${token({ sub })}';
      // Node.js 20 has no WebSocket of its own.
      globalThis.WebSocket = WebSocket;`;
    return clients.start(["import { WebSocket } from 'ws';", given, here, prints].join('\n'), {});
  };

  it('a client of Socket.IO gets a fresh ticket when its server comes back', async () => {
    const server = await startServer('socket-io');
    const block = commandBlock('ops/deploy/guides/your-gateway-in-five-minutes.md', 'import { io }');
    const line = runClient(
      block,
      server,
      'carol',
      "socket.io.on('reconnect', () => socket.once('hello', console.log));",
    );
    await until('the client is in', () => service.eventsOf('ws_ticket_redeemed').length === 1);
    await server.stop();
    const again = await startServer('socket-io', server.port);
    await line.then((text) => expect(text).to.equal('Hello, carol')).finally(again.stop);
  });

  it('a client of graphql-ws gets a fresh ticket for each connection', async () => {
    const server = await startServer('graphql-ws');
    const block = commandBlock('ops/deploy/guides/your-gateway-in-five-minutes.md', 'import { createClient }');
    const line = runClient(
      block,
      server,
      'dave',
      `const ask = () => new Promise((next, error) => {
         client.subscribe({ query: '{ me }' }, { next, error, complete() {} });
       });
       await ask();
       console.log((await ask()).data.me);
       // It stays until the test ends it, as a page does.
       setInterval(() => {}, 60_000);`,
    );
    await line.then((text) => expect(text).to.equal('dave')).finally(server.stop);
  });

  it('a client of Yjs gets a fresh ticket when its server comes back', async () => {
    const server = await startServer('y-websocket');
    const block = commandBlock('ops/deploy/guides/your-gateway-in-five-minutes.md', 'import { ticketWebSocket }');
    const redeemed = service.eventsOf('ws_ticket_redeemed').length;
    const line = runClient(
      block,
      server,
      'erin',
      `let wasCut = false;
       provider.on('connection-close', () => {
         wasCut = true;
       });
       provider.on('sync', (isSynced) => {
         if (isSynced && wasCut) console.log('synced again');
       });`,
    );
    await until('the client is in', () => server.output.includes('erin opened /room'));
    await server.stop();
    const again = await startServer('y-websocket', server.port);
    await line.then((text) => expect(text).to.equal('synced again')).finally(again.stop);
    expect(service.eventsOf('ws_ticket_redeemed')).to.have.lengthOf(redeemed + 2);
  });

  it('installs packages that the examples are tested with', () => {
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    const installed = [...readFileSync(PAGE, 'utf8').matchAll(/`npm install ([^`]+)`/g)].flatMap(([, names = '']) =>
      names.split(' ').map((name) => name.replace(/(.)@[\d.]+$/, '$1')),
    );
    expect(installed).to.include.members(['ws', '@hono/node-server', '@y/websocket-server']);
    expect(installed.filter((name) => name !== 'ticketd' && !(name in devDependencies))).to.deep.equal([]);
  });
});
