import { newTicket } from '../../../src/tickets/ticket.ts';
import { REDEEM_PATH } from '../redeem.ts';
import type { Canaries } from './canaries.ts';
import { get, other, post, type Row, type Rows } from './rows.ts';

const row = (status: number, bytes: Row['bytes']): Row => ({ listener: 'internal', status, bytes });

const redeem = (canaries: Canaries, body: unknown): string =>
  post(REDEEM_PATH, `Bearer ${canaries.gatewayKeys[0]}`, body);

const redeems: Rows = {
  'a redeem': row(200, async ({ canaries, ticket }) => redeem(canaries, { ticket: await ticket() })),
  'a redeem with the other key': row(200, async ({ canaries, ticket }) =>
    post(REDEEM_PATH, `Bearer ${canaries.gatewayKeys[1]}`, { ticket: await ticket() }),
  ),
  'a redeem for another audience': row(403, async ({ canaries, ticket }) =>
    redeem(canaries, { ticket: await ticket({ audience: 'chat' }), audience: canaries.redisPassword }),
  ),
  'a redeem from another origin': row(403, async ({ canaries, ticket }) =>
    redeem(canaries, { ticket: await ticket({ origin: 'https://app.example' }), origin: canaries.redisPassword }),
  ),
  'a redeem of a ticket that was never issued': row(403, ({ canaries }) => redeem(canaries, { ticket: newTicket() })),
  'a redeem of a JWT': row(403, ({ canaries, jwt }) => redeem(canaries, { ticket: jwt })),
  'a redeem of a key': row(403, ({ canaries }) => redeem(canaries, { ticket: canaries.gatewayKeys[1] })),
  'a redeem with a wrong key': row(401, async ({ canaries, ticket }) =>
    post(REDEEM_PATH, `Bearer ${canaries.wrongKey}`, { ticket: await ticket() }),
  ),
  'a redeem with a JWT in place of a key': row(401, async ({ jwt, ticket }) =>
    post(REDEEM_PATH, `Bearer ${jwt}`, { ticket: await ticket() }),
  ),
  'a redeem whose body is not JSON': row(400, async ({ canaries, ticket }) =>
    redeem(canaries, `{"ticket":"${await ticket()}"`),
  ),
  'a redeem with a name that is unknown': row(400, async ({ canaries, ticket }) =>
    redeem(canaries, { [await ticket()]: await ticket() }),
  ),
  'a redeem whose ticket is no text': row(400, async ({ canaries, ticket }) =>
    redeem(canaries, { ticket: [await ticket()] }),
  ),
  'a ticket in the query of redeem': row(405, async ({ ticket }) => get(`${REDEEM_PATH}?ticket=${await ticket()}`)),
};

const asked = (uri: string, headers: readonly string[] = []): string =>
  get('/forward-auth/nginx', [`X-Original-URI: ${uri}`, ...headers]);

const forwardAuth: Rows = {
  'nginx, the ticket in the query': row(200, async ({ ticket }) => asked(`/ws?ticket=${await ticket()}&x=1`)),
  'nginx, the ticket in the subprotocol': row(200, async ({ ticket }) =>
    asked('/ws', [`Sec-WebSocket-Protocol: chat, ticketd.${await ticket()}`]),
  ),
  Traefik: row(200, async ({ ticket }) =>
    get('/forward-auth/traefik', [`X-Forwarded-Uri: /ws?ticket=${await ticket()}`]),
  ),
  Caddy: row(200, async ({ ticket }) => get('/forward-auth/caddy', [`X-Forwarded-Uri: /ws?ticket=${await ticket()}`])),
  'HAProxy, by HEAD': row(200, async ({ ticket }) =>
    other('HEAD', '/forward-auth/haproxy', [`X-Original-URI: /ws?ticket=${await ticket()}`]),
  ),
  'Envoy, the ticket in its own target': row(200, async ({ ticket }) =>
    get(`/forward-auth/envoy/ws?ticket=${await ticket()}`),
  ),
  'two tickets': row(403, async ({ ticket }) => asked(`/ws?ticket=${await ticket()}&ticket=${await ticket()}`)),
  'a ticket under an encoded name': row(403, async ({ ticket }) => asked(`/ws?tick%65t=${await ticket()}`)),
  'a ticket behind a fragment': row(403, async ({ ticket }) => asked(`/ws#?ticket=${await ticket()}`)),
  'query and subprotocol that disagree': row(403, async ({ ticket }) =>
    asked(`/ws?ticket=${await ticket()}`, [`Sec-WebSocket-Protocol: ticketd.${await ticket()}`]),
  ),
  'two headers that disagree': row(403, async ({ ticket }) =>
    asked(`/ws?ticket=${await ticket()}`, [`X-Forwarded-Uri: /ws?ticket=${await ticket()}`]),
  ),
  'a JWT in place of a ticket': row(403, ({ jwt }) => asked(`/ws?ticket=${jwt}`)),
  'a JWT in place of a name': row(401, ({ jwt }) => asked(`/ws?${jwt}`)),
  'a proxy that sends no URI': row(401, async ({ ticket }) => get(`/forward-auth/nginx?ticket=${await ticket()}`)),
  'a ticket as the audience': row(403, async ({ ticket }) =>
    get(`/forward-auth/nginx@${await ticket()}`, [`X-Original-URI: /?ticket=${await ticket({ audience: 'chat' })}`]),
  ),
};

/** What the internal listener may be sent, good and bad; every row contains a secret. */
export const internalRows: Rows = { ...redeems, ...forwardAuth };
