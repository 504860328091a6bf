import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { loadLibraries } from '../../support/build.ts';
import { fakeSockets } from '../../support/fake-socket.ts';
import { until } from '../../support/until.ts';

type Client = typeof import('../../../src/client/client.ts');

const SOURCES = 'src/client';
const MODULES = ['client.js', 'client.cjs', 'browser.js', 'browser.cjs'];

describe('ticketd/client, built', () => {
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ticketd-client-'));
    await (await loadLibraries()).buildClient(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A ticketd that accepts only the second JWT, and what getToken was asked. */
  const secondJwt = () => {
    const asked: boolean[] = [];
    const getToken = ({ rejected }: { readonly rejected: boolean }) => `jwt-${asked.push(rejected)}`;
    const request = async (_url: unknown, { headers }: RequestInit = {}) =>
      new Headers(headers).get('Authorization') === 'Bearer jwt-2'
        ? Response.json({ ticket: 'wst_1' })
        : Response.json({ errorCode: 'AUTH_TOKEN_INVALID' }, { status: 401 });
    return { asked, options: { ticketUrl: 'https://api.test/ticket', getToken, fetch: request as typeof fetch } };
  };

  for (const name of MODULES)
    it(`${name} asks getToken once more after a rejected JWT`, async () => {
      const client: Client = await import(pathToFileURL(join(folder, name)).href);
      const { made, WebSocket } = fakeSockets();
      const first = secondJwt();
      expect(await client.getTicket(first.options)).to.have.property('ticket', 'wst_1');
      const second = secondJwt();
      new (client.ticketWebSocket({ ...second.options, WebSocket }))('wss://chat.test');
      await until('the class has opened its socket', () => made.length === 1);
      const third = secondJwt();
      const socket = client.connectWithTicket({ ...third.options, WebSocket, socketUrl: 'wss://chat.test' });
      await until('the client has opened its socket', () => made.length === 2);
      socket.close();
      for (const { asked } of [first, second, third]) expect(asked).to.deep.equal([false, true]);
    });

  /** What names a property by a text: before `in`, in brackets, as a quoted name, and in a call of `Object`. */
  const byText = (name: string) =>
    new RegExp(`'(?:${name})'(?: in |\\]|\\??:)|Object\\.\\w+\\([\\w.]+, '(?:${name})'`, 'g');

  it('never names a shortened property by a text, which the build leaves as it is', async () => {
    const { innerNames } = await loadLibraries();
    const sources = readdirSync(SOURCES).filter((name) => name.endsWith('.ts'));
    const text = sources.map((name) => readFileSync(join(SOURCES, name), 'utf8')).join('\n');
    const others = "'ticket' in |'stopped']|'ticket-error':|Object.defineProperty(target, 'state'";
    expect(text.match(byText('ticket|stopped|ticket-error|state'))).to.include.members(others.split('|'));
    expect(text.match(byText(innerNames.join('|')))).to.equal(null);
  });
});
