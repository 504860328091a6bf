import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { type InstalledPackage, installPackage } from '../../support/installed-package.ts';
import { run } from '../../support/run.ts';

const MAX_BYTES = 3_000;
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

const PROGRAM = `
import { type AttemptReason, connectWithTicket, type StopReason, type TicketSocket } from 'ticketd/client';

const socket: TicketSocket = connectWithTicket({
  ticketUrl: new URL('https://api.test/ticket'),
  socketUrl: 'wss://chat.test',
  getToken: async ({ rejected, signal }) => (rejected || signal.aborted ? undefined : 'jwt'),
  protocols: ['chat'],
  ticketIn: 'protocol',
  silenceMs: 1,
  fetch,
});
socket.addEventListener('stopped', ({ reason, status, code }) => {
  const why: StopReason = reason;
  console.log(why, status?.toFixed(), code?.toFixed());
}, { once: true });
socket.addEventListener('retry', (event) => console.log(event.type, event.delayMs + event.attempt, event.why));
socket.addEventListener('connecting', ({ why }) => why satisfies AttemptReason);
socket.addEventListener('message', ({ data }) => void (typeof data === 'string' && data.length));
const sent: boolean = socket.send(new Uint8Array(3));
console.log(sent, socket.state === 'open');
socket.close(1000, 'bye');
socket.connect();
// @ts-expect-error there is no such event
socket.addEventListener('reconnect', () => {});
// @ts-expect-error that event has no data
socket.addEventListener('open', ({ data }) => data);
// @ts-expect-error there is no such state
console.log(socket.state === 'closed');
// @ts-expect-error a client needs addresses
connectWithTicket({ getToken: () => 'jwt' });
`;
const WITH_SOCKETS = `
const options = { ticketUrl: '', socketUrl: '', getToken: () => 'jwt' };
connectWithTicket({ ...options, WebSocket });
`;
const WITH_WS = `
import { WebSocket } from 'ws';
${WITH_SOCKETS}`;

describe('ticketd/client, installed from the package', () => {
  let installed: InstalledPackage;
  before(async () => {
    installed = await installPackage(['@types']);
  });
  after(() => installed.remove());

  const library = () => readFileSync(join(installed.path, 'dist/client/connect-with-ticket.js'), 'utf8');

  it(`is a module of less than ${MAX_BYTES} bytes, minified and gzipped`, () => {
    const { length } = gzipSync(library(), { level: 9 });
    console.log(`        ${length} bytes`);
    expect(length).to.be.below(MAX_BYTES);
    expect(library().trim().split('\n')).to.have.lengthOf.below(3);
  });

  it('imports nothing', () => {
    expect(library()).to.match(/export\{\w+ as connectWithTicket\}/);
    expect(library()).to.not.match(/\bimport\b|\brequire\b/);
  });

  const browser = { lib: ['es2022', 'dom'], types: [] };
  const programs: Readonly<Record<string, readonly [text: string, compilerOptions: object]>> = {
    'a page built by a bundler': [
      PROGRAM + WITH_SOCKETS,
      { ...browser, module: 'esnext', moduleResolution: 'bundler' },
    ],
    'a page without a bundler': [PROGRAM + WITH_SOCKETS, { ...browser, module: 'nodenext' }],
    'Node.js with ws': [PROGRAM + WITH_WS, { lib: ['es2023'], types: ['node'], module: 'nodenext' }],
  };
  for (const [what, [text, options]] of Object.entries(programs))
    it(`has types that compile in ${what}`, async () => {
      installed.write('program.mts', text);
      const compilerOptions = { ...options, noEmit: true, strict: true, exactOptionalPropertyTypes: true };
      const config = installed.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['program.mts'] }));
      await run(process.execPath, [TSC, '-p', config]);
    });
});
