import { expect } from 'chai';
import { newTicket } from '../../../../src/tickets/ticket.ts';
import { ask } from '../../../support/ask.ts';
import { askAs } from '../../../support/auth-requests.ts';
import { RARE_HEARTBEAT, ticketCommands } from '../../../support/commands.ts';
import { exchange, rawRequest } from '../../../support/raw-http.ts';
import { expectRawRefusal } from '../../../support/raw-refusal.ts';
import { issueTicket } from '../../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../../support/redis.ts';
import { type RunningService, startService } from '../../../support/service.ts';

interface Case {
  readonly headers: (ticket: string) => readonly string[];
  readonly path?: string;
}

const URI = (ticket: string) => `X-Original-URI: /ws?ticket=${ticket}`;
const URL_HEADER = (ticket: string) => `X-Original-URL: https://chat.example/ws?ticket=${ticket}`;
const PROTOCOL = 'Sec-WebSocket-Protocol';
const OTHER = newTicket();

const ambiguous: Readonly<Record<string, Case>> = {
  'two ticket parameters': { headers: (ticket) => [`X-Original-URI: /ws?ticket=${ticket}&ticket=${OTHER}`] },
  'the same ticket parameter twice': { headers: (ticket) => [`${URI(ticket)}&a=1&ticket=${ticket}`] },
  'a second ticket parameter without a value': { headers: (ticket) => [`${URI(ticket)}&ticket`] },
  'a percent-encoded ticket parameter name': { headers: (ticket) => [`X-Original-URI: /ws?%74icket=${ticket}`] },
  'a parameter name with bad percent-encoding': { headers: (ticket) => [`${URI(ticket)}&%zz=1`] },
  'a parameter name that is not UTF-8': { headers: (ticket) => [`${URI(ticket)}&%E0%A4=1`] },
  'a fragment': { headers: (ticket) => [`${URI(ticket)}#top`] },
  'a ticket after a fragment': { headers: (ticket) => [`X-Original-URI: /ws?a=1#?ticket=${ticket}`] },
  'Sec-Fetch-Site twice': {
    headers: (ticket) => [URI(ticket), 'Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site'],
  },
  'X-Forwarded-Host twice': { headers: (ticket) => [URI(ticket), 'X-Forwarded-Host: a', 'X-Forwarded-Host: b'] },
  'Sec-Fetch-Site with underscores': { headers: (ticket) => [URI(ticket), 'Sec_Fetch_Site: same-origin'] },
  'another ticket as subprotocol': { headers: (ticket) => [URI(ticket), `${PROTOCOL}: chat, ticketd.${OTHER}`] },
  'two tickets as subprotocols': {
    headers: (ticket) => ['X-Original-URI: /', `${PROTOCOL}: ticketd.${OTHER}, ticketd.${ticket}`],
  },
  'two tickets in two Sec-WebSocket-Protocol headers': {
    headers: (ticket) => [
      'X-Original-URI: /',
      `${PROTOCOL}: ticketd.${ticket}`,
      `${PROTOCOL}: chat, ticketd.${ticket}`,
    ],
  },
  'the URI header twice': { headers: (ticket) => [URI(ticket), URI(ticket)] },
  'two URI headers that differ': { headers: (ticket) => [URI(ticket), URI(OTHER)] },
  'another URI in another header': { headers: (ticket) => [URI(ticket), 'X-Forwarded-Uri: /ws'] },
  'another URI in another header, for caddy': {
    headers: (ticket) => [`X-Forwarded-Uri: /ws?ticket=${ticket}`, URI(OTHER)],
    path: '/forward-auth/caddy',
  },
  'another URI in a header, for envoy': { headers: () => [URI(OTHER)], path: '/forward-auth/envoy/ws?ticket=' },
  'another URI in X-Original-URL': {
    headers: (ticket) => [URI(ticket), 'X-Original-URL: https://chat.example/ws'],
  },
  'another URI in X-Original-URL, for traefik': {
    headers: (ticket) => [`X-Forwarded-Uri: /ws?ticket=${ticket}`, `X-Original-URL: http://x/ws?ticket=${OTHER}`],
    path: '/forward-auth/traefik',
  },
  'X-Original-URL twice': { headers: (ticket) => [URL_HEADER(ticket), URL_HEADER(ticket)] },
  'X-Original-URL with underscores': { headers: (ticket) => [URL_HEADER(ticket), 'X_Original_URL: http://x/'] },
  'a path in X-Original-URL': { headers: (ticket) => [`X-Original-URL: /ws?ticket=${ticket}`] },
  'a Host with a query in X-Original-URL': {
    headers: (ticket) => [`X-Original-URL: http://x?ticket=${ticket}/ws`],
  },
  'a URI header with underscores': { headers: (ticket) => [URI(ticket), 'X_Original_URI: /'] },
  'an identity header twice': { headers: (ticket) => [URI(ticket), 'X-Ticketd-Subject: a', 'x-ticketd-subject: b'] },
  'an identity header with underscores': { headers: (ticket) => [URI(ticket), 'X_Ticketd-Subject: root'] },
  'two Origin headers': {
    headers: (ticket) => [URI(ticket), 'Origin: https://a.example', 'Origin: https://a.example'],
  },
};

describe('forward-auth with an ambiguous request', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    service = await startService({ ...RARE_HEARTBEAT, REDIS_URL: redis.url, FORWARD_AUTH_TRUSTED: '127.0.0.1' });
  });
  after(() => service.stop());

  for (const [name, { headers, path = '/forward-auth/nginx' }] of Object.entries(ambiguous))
    it(`returns 403 for ${name}, without a Redis command, and does not use the ticket`, async () => {
      const ticket = await issueTicket(service);
      await redis.cli('CONFIG', 'RESETSTAT');
      const line = `GET ${path}${path.endsWith('=') ? ticket : ''} HTTP/1.1`;
      const bytes = rawRequest(line, ['Host: x', 'Connection: close', ...headers(ticket)]);
      expectRawRefusal(await exchange(service.internalUrl, bytes), 403, 'WS_TICKET_NOT_REDEEMABLE');
      expect(await ticketCommands(redis)).to.deep.equal({ set: 0, mget: 0 });
      expect(service.eventsOf('ws_ticket_rejected').at(-1)).to.include({ reason: 'malformed' });
      expect((await askAs('nginx', service, { uri: `/ws?ticket=${ticket}` })).status).to.equal(200);
    });

  it('returns the same body as for any other refusal, and logs the reason with the request', async () => {
    const once = await askAs('nginx', service, { uri: `/ws?ticket=${OTHER}` });
    const twice = await askAs('nginx', service, { uri: `/ws?ticket=${OTHER}&ticket=${OTHER}` });
    expect({ ...twice.body, traceId: '' }).to.deep.equal({ ...once.body, traceId: '' });
    expect(service.eventsOf('request').at(-1)).to.include({ reason: 'the parameter ticket is there twice' });
  });

  for (const [what, ticket] of Object.entries({
    'no prefix': 'x'.repeat(53),
    'a wrong character': OTHER.replace(/.$/, '!'),
    'a wrong checksum': OTHER.replace(/....$/, '0000'),
    'a percent-encoded prefix': '%77st_',
    'bad percent-encoding': '%zz',
  }))
    it(`returns 403 for a ticket with ${what}, without a Redis command`, async () => {
      await redis.cli('CONFIG', 'RESETSTAT');
      expect((await askAs('nginx', service, { uri: `/ws?ticket=${ticket}` })).status).to.equal(403);
      expect(await ticketCommands(redis)).to.deep.equal({ set: 0, mget: 0 });
      expect(service.eventsOf('ws_ticket_rejected').at(-1)).to.include({ reason: 'malformed' });
    });

  it('accepts a second URI header with the same URI', async () => {
    const uri = `/ws?ticket=${await issueTicket(service)}`;
    expect((await askAs('nginx', service, { uri, headers: { 'X-Forwarded-Uri': uri } })).status).to.equal(200);
  });

  it('accepts X-Original-URL alone, and beside X-Original-URI with the same URI', async () => {
    for (const others of [[], ['X-Original-URI']]) {
      const uri = `/ws?ticket=${await issueTicket(service)}`;
      const headers = Object.fromEntries(others.map((name) => [name, uri]));
      const asked = ask(`${service.internalUrl}/forward-auth/nginx`, {
        headers: { ...headers, 'X-Original-URL': `https://chat.example:8443${uri}` },
      });
      expect((await asked).status, String(others)).to.equal(200);
    }
  });

  it('ignores a ticket in the query of the forward-auth path', async () => {
    const ticket = await issueTicket(service);
    const bytes = rawRequest(`GET /forward-auth/nginx?ticket=${ticket} HTTP/1.1`, [
      'Host: x',
      'Connection: close',
      'X-Original-URI: /ws',
    ]);
    expectRawRefusal(await exchange(service.internalUrl, bytes), 401, 'WS_TICKET_MISSING');
  });

  it('returns 401 when the proxy sends no URI, even with a ticket as subprotocol, and does not use it', async () => {
    const ticket = await issueTicket(service);
    const headers = ['Host: x', 'Connection: close', `${PROTOCOL}: ticketd.${ticket}`];
    for (const proxy of ['nginx', 'traefik', 'caddy', 'haproxy']) {
      const bytes = rawRequest(`GET /forward-auth/${proxy} HTTP/1.1`, headers);
      expectRawRefusal(await exchange(service.internalUrl, bytes), 401, 'WS_TICKET_MISSING');
    }
    expect((await askAs('nginx', service, { uri: `/ws?ticket=${ticket}` })).status).to.equal(200);
  });
});
