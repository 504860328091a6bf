import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../support/run.ts';
import { install, pack } from './support/npm.ts';

const TYPED = `
import { createServer } from 'node:http';
import { createGateway, type Gateway, UpgradeRefused } from 'ticketd/gateway';
import { connectWithTicket, type TicketSocket } from 'ticketd/client';

const gateway: Gateway = createGateway({ redeem: { url: new URL('http://ticketd:3001'), key: 'x'.repeat(32) } });
const end: () => void = gateway.protect(createServer(), async (request, socket, head, { subject }) => {
  socket.end(request.url ?? '' + head.length + subject.trim());
});
const status: 401 | 403 | 503 = new UpgradeRefused('WS_TICKET_MISSING', { traceId: '' }).status;
const socket: TicketSocket = connectWithTicket({ ticketUrl: '', socketUrl: '', getToken: () => 'jwt' });
socket.addEventListener('retry', ({ delayMs }) => console.log(delayMs.toFixed(), status, end));
// @ts-expect-error there is no such option
createGateway({ redeem: { url: '', key: '' }, audiance: 'chat' });
// @ts-expect-error a client needs addresses
connectWithTicket({ getToken: () => 'jwt' });
`;

const TESTED = `
const { createGateway, UpgradeRefused } = require('ticketd/gateway');
const { connectWithTicket } = require('ticketd/client');

test('both libraries work', async () => {
  const gateway = createGateway({ redeem: { redis: { url: 'redis://127.0.0.1:1', startupTimeoutMs: 100 } }, onEvent() {} });
  await expect(gateway.start()).rejects.toThrow('Redis');
  const refusal = await gateway.authenticateUpgrade({ url: '/', headers: {} }).catch((error) => error);
  expect(refusal).toBeInstanceOf(UpgradeRefused);
  await gateway.close();
  const client = connectWithTicket({ ticketUrl: 'http://127.0.0.1:1', socketUrl: 'ws://127.0.0.1:1', getToken: () => 'jwt' });
  client.close();
  expect(client.state).toBe('stopped');
});
`;

/** A program of CommonJS modules, as many tools still make it, with compilers and a test runner of its own. */
describe('installed npm package in a CommonJS program', function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ticketd-commonjs-'));
    const { filename } = pack('.', folder);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    // The last TypeScript that has every way to resolve a module.
    install(folder, `./${filename}`, 'typescript@5', '@types/node@20', 'jest@29');
    writeFileSync(join(folder, 'typed.ts'), TYPED);
    writeFileSync(join(folder, 'both.test.js'), TESTED);
  });
  after(() => rmSync(folder, { recursive: true }));

  const tool = (path: string, ...args: readonly string[]) =>
    run(process.execPath, [join(folder, 'node_modules', path), ...args]);

  for (const [module, moduleResolution] of [
    ['commonjs', 'node10'],
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ] as const)
    it(`has types that compile with module ${module}, moduleResolution ${moduleResolution}`, async () => {
      const compilerOptions = {
        ...{ module, moduleResolution, target: 'es2022', lib: ['es2022', 'dom'], types: ['node'] },
        ...{ strict: true, noEmit: true, skipLibCheck: true },
      };
      const config = join(folder, `tsconfig.${moduleResolution}.json`);
      writeFileSync(config, JSON.stringify({ compilerOptions, files: ['typed.ts'] }));
      await tool('typescript/bin/tsc', '--project', config);
    });

  it('works in Jest 29 without configuration', async () => {
    await tool('jest/bin/jest.js', '--rootDir', folder);
  });
});
