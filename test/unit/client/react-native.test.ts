import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect } from 'chai';
import { fakeSockets } from '../../support/fake-socket.ts';
import { type InstalledPackage, installPackage } from '../../support/installed-package.ts';
import { until } from '../../support/until.ts';

/** As in React Native: reads nothing but its text, which it ends with a slash. */
class PartialURL {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  get href() {
    return `${this.#text}/`;
  }
  toString() {
    return this.#text;
  }
}
for (const name of ['searchParams', 'search', 'hash', 'host', 'hostname', 'protocol', 'pathname'])
  Object.defineProperty(PartialURL.prototype, name, {
    get: () => {
      throw new Error(`URL.${name} is not implemented`);
    },
  });

const PROGRAM = `
const { connectWithTicket, eventSourceWithTicket, getTicket, ticketUrl, ticketWebSocket } = module.exports;
const options = { ticketUrl: 'https://api.test/ticket', getToken: () => 'jwt' };
const log = (what) => (event) => journal.push([what, event.data ?? event.reason ?? event.message ?? ''].join(' '));

const socket = connectWithTicket({ ...options, socketUrl: new URL('wss://chat.test/one') });
const aborted = new AbortController();
socket.addEventListener('open', () => { throw new Error('the fault of a listener'); }, { once: true });
socket.addEventListener('open', log('never'), { signal: aborted.signal });
aborted.abort();
socket.addEventListener('open', log('open'));
socket.addEventListener('message', log('message'));
socket.addEventListener('stopped', log('stopped'));

const Socket = ticketWebSocket(options);
const other = new Socket('wss://chat.test/two');
other.onopen = () => other.send('hello');
other.addEventListener('message', log('other'));
other.onclose = log('other closed');

const source = eventSourceWithTicket({ ...options, sourceUrl: 'https://files.test/events' });
source.onerror = log('source');

getTicket(options).then(({ ticket }) => log('url')({ data: ticketUrl('https://files.test/a', ticket) }));
`;

describe('ticketd/client with the globals of React Native', () => {
  let installed: InstalledPackage;
  before(async () => {
    installed = await installPackage();
  });
  after(() => installed.remove());

  it('works without EventTarget, Event, DOMException, streams and most of URL', async () => {
    const { made, WebSocket } = fakeSockets();
    const journal: string[] = [];
    const faults: string[] = [];
    const headers = new Headers({ 'Content-Type': 'text/event-stream' });
    const answer = { ok: true, status: 200, headers, json: async () => ({ ticket: 'wst_1' }) };
    const globals = { journal, WebSocket, URL: PartialURL, fetch: async () => answer, module: { exports: {} } };
    const { setTimeout, clearTimeout, queueMicrotask, performance } = globalThis;
    const context = createContext({
      ...globals,
      AbortController,
      setTimeout,
      clearTimeout,
      queueMicrotask,
      performance,
    });
    const report = (error: Error) => faults.push(error.message);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').once('unhandledRejection', report);
    try {
      const library = readFileSync(join(installed.path, 'dist/client/client.cjs'), 'utf8');
      runInContext(`${library}\n;(() => {${PROGRAM}})()`, context);
      await until('both have a socket', () => made.length === 2);
      for (const socket of made) socket.open();
      for (const socket of made) socket.message('hi');
      for (const socket of made) socket.end(4001, 'bye');
      await until('the fault is known', () => faults.length > 0);
    } finally {
      process.removeListener('unhandledRejection', report);
      for (const other of others) process.on('unhandledRejection', other);
    }
    expect(journal).to.have.members([
      'source invalid',
      'url https://files.test/a?ticket=wst_1',
      ...['open ', 'message hi', 'stopped revoked', 'other hi', 'other closed bye'],
    ]);
    expect(made.map(({ url, sent }) => [url, sent])).to.have.deep.members([
      ['wss://chat.test/one?ticket=wst_1', []],
      ['wss://chat.test/two?ticket=wst_1', ['hello']],
    ]);
    expect(faults).to.deep.equal(['the fault of a listener']);
  });
});
