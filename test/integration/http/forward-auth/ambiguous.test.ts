import { expect } from 'chai';
import { newTicket } from '../../../../src/tickets/ticket.ts';
import { askAs } from '../../../support/auth-requests.ts';
import { commandsBesideBeats } from '../../../support/commands.ts';
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
const PROTOCOL = 'Sec-WebSocket-Protocol';
const OTHER = newTicket();

const ambiguous: Readonly<Record<string, Case>> = {
  'the parameter twice': { headers: (ticket) => [`X-Original-URI: /ws?ticket=${ticket}&ticket=${OTHER}`] },
  'the same parameter twice': { headers: (ticket) => [`${URI(ticket)}&a=1&ticket=${ticket}`] },
  'the parameter again without a value': { headers: (ticket) => [`${URI(ticket)}&ticket`] },
  'the parameter’s name percent-encoded': { headers: (ticket) => [`X-Original-URI: /ws?%74icket=${ticket}`] },
  'a parameter’s name badly percent-encoded': { headers: (ticket) => [`${URI(ticket)}&%zz=1`] },
  'a name that is no UTF-8': { headers: (ticket) => [`${URI(ticket)}&%E0%A4=1`] },
  'a fragment': { headers: (ticket) => [`${URI(ticket)}#top`] },
  'the ticket behind a fragment': { headers: (ticket) => [`X-Original-URI: /ws?a=1#?ticket=${ticket}`] },
  'another ticket as subprotocol': { headers: (ticket) => [URI(ticket), `${PROTOCOL}: chat, ticketd.${OTHER}`] },
  'two tickets as subprotocols': {
    headers: (ticket) => ['X-Original-URI: /', `${PROTOCOL}: ticketd.${OTHER}, ticketd.${ticket}`],
  },
  'two tickets in two headers of subprotocols': {
    headers: (ticket) => [
      'X-Original-URI: /',
      `${PROTOCOL}: ticketd.${ticket}`,
      `${PROTOCOL}: chat, ticketd.${ticket}`,
    ],
  },
  'the URI twice': { headers: (ticket) => [URI(ticket), URI(ticket)] },
  'another URI, too': { headers: (ticket) => [URI(ticket), URI(OTHER)] },
  'another URI by another header': { headers: (ticket) => [URI(ticket), 'X-Forwarded-Uri: /ws'] },
  'another URI by another header, for caddy': {
    headers: (ticket) => [`X-Forwarded-Uri: /ws?ticket=${ticket}`, URI(OTHER)],
    path: '/forward-auth/caddy',
  },
  'another URI by a header, for envoy': { headers: () => [URI(OTHER)], path: '/forward-auth/envoy/ws?ticket=' },
  'a header of the URI with underscores': { headers: (ticket) => [URI(ticket), 'X_Original_URI: /'] },
  'an identity header twice': { headers: (ticket) => [URI(ticket), 'X-Ticketd-Subject: a', 'x-ticketd-subject: b'] },
  'an identity header with underscores': { headers: (ticket) => [URI(ticket), 'X_Ticketd-Subject: root'] },
  'the Origin twice': { headers: (ticket) => [URI(ticket), 'Origin: https://a.example', 'Origin: https://a.example'] },
};

describe('forward-auth, asked in a way that can be read in two', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    service = await startService({ REDIS_URL: redis.url, FORWARD_AUTH_TRUSTED: '127.0.0.1' });
  });
  after(() => service.stop());

  for (const [name, { headers, path = '/forward-auth/nginx' }] of Object.entries(ambiguous))
    it(`answers 403 to ${name}, without asking Redis, and leaves the ticket`, async () => {
      const ticket = await issueTicket(service);
      await redis.cli('CONFIG', 'RESETSTAT');
      const line = `GET ${path}${path.endsWith('=') ? ticket : ''} HTTP/1.1`;
      const bytes = rawRequest(line, ['Host: x', 'Connection: close', ...headers(ticket)]);
      expectRawRefusal(await exchange(service.internalUrl, bytes), 403, 'WS_TICKET_NOT_REDEEMABLE');
      expect(await commandsBesideBeats(redis)).to.deep.equal({ set: 0, mget: 0 });
      expect(service.eventsOf('ws_ticket_rejected').at(-1)).to.include({ reason: 'malformed' });
      expect((await askAs('nginx', service, { uri: `/ws?ticket=${ticket}` })).status).to.equal(200);
    });

  it('tells the caller no more than of any other refusal, and why in the line of the request', async () => {
    const once = await askAs('nginx', service, { uri: `/ws?ticket=${OTHER}` });
    const twice = await askAs('nginx', service, { uri: `/ws?ticket=${OTHER}&ticket=${OTHER}` });
    expect({ ...twice.body, traceId: '' }).to.deep.equal({ ...once.body, traceId: '' });
    expect(service.eventsOf('request').at(-1)).to.include({ reason: 'the parameter ticket is there twice' });
  });

  for (const ticket of ['x'.repeat(53), OTHER.replace(/.$/, '!'), OTHER.replace(/....$/, '0000'), '%77st_', '%zz'])
    it(`does not ask Redis about ${ticket}, which has not a ticket’s form or checksum`, async () => {
      await redis.cli('CONFIG', 'RESETSTAT');
      expect((await askAs('nginx', service, { uri: `/ws?ticket=${ticket}` })).status).to.equal(403);
      expect(await commandsBesideBeats(redis)).to.deep.equal({ set: 0, mget: 0 });
      expect(service.eventsOf('ws_ticket_rejected').at(-1)).to.include({ reason: 'malformed' });
    });

  it('takes no harm from a second header of the URI that agrees', async () => {
    const uri = `/ws?ticket=${await issueTicket(service)}`;
    expect((await askAs('nginx', service, { uri, headers: { 'X-Forwarded-Uri': uri } })).status).to.equal(200);
  });

  it('reads no ticket from a parameter of its own path', async () => {
    const ticket = await issueTicket(service);
    const bytes = rawRequest(`GET /forward-auth/nginx?ticket=${ticket} HTTP/1.1`, [
      'Host: x',
      'Connection: close',
      'X-Original-URI: /ws',
    ]);
    expectRawRefusal(await exchange(service.internalUrl, bytes), 401, 'WS_TICKET_MISSING');
  });

  it('answers 401 where the proxy does not tell the URI, whatever the subprotocol, and leaves the ticket', async () => {
    const ticket = await issueTicket(service);
    const headers = ['Host: x', 'Connection: close', `${PROTOCOL}: ticketd.${ticket}`];
    for (const proxy of ['nginx', 'traefik', 'caddy', 'haproxy']) {
      const bytes = rawRequest(`GET /forward-auth/${proxy} HTTP/1.1`, headers);
      expectRawRefusal(await exchange(service.internalUrl, bytes), 401, 'WS_TICKET_MISSING');
    }
    expect((await askAs('nginx', service, { uri: `/ws?ticket=${ticket}` })).status).to.equal(200);
  });
});
