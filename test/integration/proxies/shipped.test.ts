import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parse } from 'yaml';
import { identityHeaders } from '../../../src/http/routes/forward-auth/forward-auth.ts';
import { adapt, SHIPPED } from '../../support/proxies/shipped.ts';
import { run } from '../../support/run.ts';

const IDENTITY = Object.keys(
  identityHeaders({
    subject: 'alice',
    sessionId: undefined,
    audience: undefined,
    channel: undefined,
    claims: undefined,
    origin: undefined,
    traceId: 't1',
    expiresAt: 0,
    issuedAt: 0,
    ticketExpiresAt: 0,
    issuer: undefined,
    revocationIds: undefined,
  }),
);

describe('ops/deploy/proxies', () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ticketd-proxy-'));
  });
  after(() => rm(directory, { recursive: true }));

  const shipped = (name: string): Promise<string> => readFile(join(SHIPPED, name), 'utf8');

  it('passes the configuration check of nginx', async () => {
    const config = await adapt('nginx.conf', directory, { '/var/log/nginx/': `${directory}/` });
    await run('nginx', ['-t', '-q', '-e', 'stderr', '-p', directory, '-c', config, '-g', `pid ${directory}/pid;`]);
  });

  it('passes the configuration check of Caddy, and its formatter', async () => {
    const file = join(SHIPPED, 'Caddyfile');
    await run('caddy', ['validate', '--config', file, '--adapter', 'caddyfile']);
    expect(await run('caddy', ['fmt', file])).to.equal((await shipped('Caddyfile')).trimEnd());
  });

  it('passes the configuration check of HAProxy', async () => {
    await promisify(execFile)('haproxy', ['-c', '-f', 'haproxy.cfg'], { cwd: SHIPPED });
  });

  for (const name of ['nginx.conf', 'Caddyfile', 'haproxy.cfg', 'traefik/dynamic.yaml', 'envoy.yaml'])
    it(`forwards every identity header in ${name}`, async () => {
      const text = (await shipped(name)).toLowerCase();
      const named = new Set(text.match(/x-ticketd-(?!\[)[a-z-]+/g));
      expect([...named]).to.include.members(IDENTITY.map((header) => header.toLowerCase()));
    });
});

describe('ops/deploy/proxies/traefik', () => {
  const read = async (name: string) => parse(await readFile(join(SHIPPED, 'traefik', name), 'utf8'));

  it('calls ticketd first, with the URI that the client sent', async () => {
    const { http } = await read('dynamic.yaml');
    for (const { middlewares } of Object.values<{ middlewares: string[] }>(http.routers))
      expect(middlewares[0]).to.equal('ticketd');
    expect(http.middlewares.ticketd.forwardAuth).to.deep.equal({
      address: 'http://127.0.0.1:3001/forward-auth/traefik',
      trustForwardHeader: false,
      authResponseHeaders: IDENTITY,
    });
  });

  it('routes a handshake with a ticket in the subprotocol to where the ticket is removed', async () => {
    const { http } = await read('dynamic.yaml');
    const { rule, middlewares } = http.routers['ticket-in-subprotocol'];
    const [, pattern = ''] = /^HeaderRegexp\(`Sec-WebSocket-Protocol`, `(.+)`\)$/.exec(rule) ?? [];
    for (const header of ['ticketd.wst_x', 'chat.v1, ticketd.wst_x', 'chat.v1,ticketd.wst_x'])
      expect(header).to.match(new RegExp(pattern));
    for (const header of ['chat.v1', 'myticketd.x']) expect(header).not.to.match(new RegExp(pattern));
    expect(http.middlewares[middlewares[1]].headers.customRequestHeaders).to.have.property('Sec-WebSocket-Protocol');
  });

  it('logs neither the query nor headers', async () => {
    const { accessLog } = await read('traefik.yaml');
    expect(accessLog.format).to.equal('json');
    expect(accessLog.fields.names).to.include({ RequestPath: 'drop', RequestLine: 'drop' });
    expect(accessLog.fields.headers).to.deep.equal({ defaultMode: 'drop' });
  });
});
