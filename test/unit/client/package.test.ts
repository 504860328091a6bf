import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { build } from 'esbuild';
import { loadLibraries } from '../../support/build.ts';
import { type InstalledPackage, installPackage } from '../../support/installed-package.ts';
import { run } from '../../support/run.ts';

const MAX_BYTES = 3_000;
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

const PROGRAM = `
import {
  type AttemptReason, connectWithTicket, eventSourceWithTicket, getTicket, type StopReason, type Ticket, TicketError,
  type TicketSocket, ticketUrl, ticketWebSocket,
} from 'ticketd/client';

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
// @ts-expect-error a JWT has one source
connectWithTicket({ ticketUrl: '', socketUrl: '', getToken: () => 'jwt', credentials: 'include' });
// @ts-expect-error a JWT needs a source
connectWithTicket({ ticketUrl: '', socketUrl: '' });
const withCookie = { ticketUrl: '', credentials: 'include' } as const;
connectWithTicket({ ...withCookie, socketUrl: '' });
const ticket: Promise<Ticket> = getTicket({ ...withCookie, path: '/files/7', signal: new AbortController().signal });
ticket.then((one) => ticketUrl('/files/7', one.ticket), (error) => error instanceof TicketError && error.reason);
const Socket = ticketWebSocket({ ...withCookie, stopCode: 4401 });
const late = new Socket('wss://chat.test', ['chat']);
late.onclose = ({ code }) => console.log(code, Socket.OPEN, late.readyState, late.bufferedAmount);
late.addEventListener('message', ({ data, origin }) => console.log(data, origin.trim()), { once: true });
late.addEventListener('close', ({ code, wasClean }) => console.log(code.toFixed(), wasClean));
late.addEventListener('error', ({ error, code }) => error instanceof TicketError && code.toFixed());
const onOpen = (event: Event) => late.removeEventListener('open', onOpen, false) ?? event;
late.addEventListener('open', onOpen);
late.addEventListener('mine', { handleEvent: ({ type }) => console.log(type) });
// @ts-expect-error that event has no code
late.addEventListener('open', function ({ code }) { console.log(code); });
// @ts-expect-error there is no such type of data
late.binaryType = 'foo';
console.log(late.dispatchEvent(new Event('mine')));
const source = eventSourceWithTicket({ ...withCookie, sourceUrl: '/events' });
source.addEventListener('news', ({ data, lastEventId }) => console.log(data.trim(), lastEventId));
source.addEventListener('error', ({ reason, status }) => console.log(reason, status?.toFixed()));
source.onmessage = ({ data }) => console.log(data);
source.addEventListener('open', { handleEvent: ({ type }) => console.log(type) }, true);
console.log(source.dispatchEvent(new Event('mine')));
`;
const WITH_SOCKETS = `
const options = { ticketUrl: '', socketUrl: '', getToken: () => 'jwt' };
connectWithTicket({ ...options, WebSocket });
`;
const IN_PLACE = `
const InPlace: typeof WebSocket = ticketWebSocket(withCookie);
const sourceInPlace: EventSource = source;
console.log(InPlace, sourceInPlace);
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

  const page = () => readFileSync(join(installed.path, 'dist/client/connect-with-ticket.js'), 'utf8');
  const bytesOf = (text: string) => gzipSync(text, { level: 9 }).length;

  /** What a bundler for browsers makes of a program that imports one name. */
  const bundleOf = async (name: string): Promise<string> => {
    const contents = `export { ${name} } from 'ticketd/client';`;
    const options = { bundle: true, minify: true, format: 'esm', target: 'es2022', write: false } as const;
    const { outputFiles } = await build({ ...options, stdin: { contents, resolveDir: dirname(installed.path) } });
    return outputFiles[0]?.text ?? '';
  };

  it(`is a module of less than ${MAX_BYTES} bytes for a page without a build, minified and gzipped`, () => {
    expect(bytesOf(page())).to.be.below(MAX_BYTES);
    expect(page().trim().split('\n')).to.have.lengthOf.below(3);
    expect(page()).to.match(/export\{[\w$]+ as connectWithTicket\}/);
    expect(page()).to.not.match(/\bimport\b|\brequire\b/);
  });

  const most = { connectWithTicket: MAX_BYTES, eventSourceWithTicket: 4_200, ticketWebSocket: 3_500, getTicket: 1_500 };
  for (const [name, bytes] of Object.entries({ ...most, ticketUrl: 300 }))
    it(`adds less than ${bytes} bytes to a page that imports ${name} alone`, async () => {
      const text = await bundleOf(name);
      console.log(`        ${bytesOf(text)} bytes`);
      expect(bytesOf(text)).to.be.below(bytes);
      expect(text).to.not.match(/\bimport\b|\brequire\b/);
    });

  it('has no shortened name in its types, which programs use', async () => {
    const { innerNames } = await loadLibraries();
    const folder = join(installed.path, 'dist/client');
    const types = readdirSync(folder).filter((name) => name.endsWith('.d.ts'));
    expect(types).to.have.lengthOf.above(5);
    const members = new RegExp(`\\b(${innerNames.join('|')})\\??[:(]`);
    for (const name of types) expect(readFileSync(join(folder, name), 'utf8'), name).to.not.match(members);
  });

  const browser = { lib: ['es2022', 'dom'], types: [] };
  const programs: Readonly<Record<string, readonly [text: string, compilerOptions: object]>> = {
    'a page built by a bundler': [
      PROGRAM + WITH_SOCKETS + IN_PLACE,
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
