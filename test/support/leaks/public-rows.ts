import { TICKET_PATH } from '../ask.ts';
import { signedByHand, unsigned } from '../forged-jwt.ts';
import { token } from '../jwt.ts';
import { rawRequest } from '../raw-http.ts';
import { REVOKE_PATH } from '../redeem.ts';
import { type Canaries, canaryJwt } from './canaries.ts';
import { get, other, post, type Row, type Rows } from './rows.ts';

const row = (status: number, bytes: Row['bytes']): Row => ({ listener: 'public', status, bytes });

const HOST = 'Host: ticketd';

/** JWTs that are refused; their content must not appear either. */
export const badJwts = (canaries: Canaries): Readonly<Record<string, string>> => {
  const [secret] = canaries.jwtSecrets;
  return {
    'a JWT that has expired': canaryJwt(canaries, { exp: 1 }),
    'a JWT signed with another key': token({ nonce: canaries.wrongKey }, { secret: canaries.wrongKey }),
    'a JWT without a subject': canaryJwt(canaries, { sub: undefined }),
    'a JWT whose payload is not JSON': signedByHand(`no JSON: ${canaries.wrongKey}`, { secret }),
    'a JWT whose header is not JSON': `${Buffer.from(canaries.wrongKey).toString('base64url')}.e30.e30`,
    'a JWT without a signature': unsigned(JSON.stringify({ sub: canaries.wrongKey })),
    'a JWT with a kid of its own': token({ nonce: 'n' }, { secret: canaries.wrongKey, keyid: canaries.wrongKey }),
    'no JWT at all': canaries.wrongKey,
  };
};

const refusedJwts = (canaries: Canaries): Rows =>
  Object.fromEntries(
    Object.entries(badJwts(canaries)).flatMap(([name, jwt]) => [
      [`${name}, for a ticket`, row(401, () => post(TICKET_PATH, `Bearer ${jwt}`))],
      [`${name}, to revoke`, row(401, () => post(REVOKE_PATH, `Bearer ${jwt}`, { scope: 'subject' }))],
    ]),
  );

const badBodies: Rows = {
  'a body that is not JSON': row(400, async ({ jwt, ticket }) =>
    post(TICKET_PATH, `Bearer ${jwt}`, `{"channel":"${await ticket()}",}`),
  ),
  'a body with a name that is unknown': row(400, ({ jwt }) => post(TICKET_PATH, `Bearer ${jwt}`, { [jwt]: jwt })),
  'a body of another type': row(400, ({ jwt, canaries }) =>
    post(TICKET_PATH, `Bearer ${jwt}`, [canaries.gatewayKeys[0]]),
  ),
  'a channel that is too long': row(400, ({ jwt, canaries }) =>
    post(TICKET_PATH, `Bearer ${jwt}`, { channel: canaries.redisPassword.repeat(9) }),
  ),
  'a body that is too large': row(413, ({ jwt }) => post(TICKET_PATH, `Bearer ${jwt}`, jwt.repeat(30))),
  'a media type that is unknown': row(415, ({ jwt }) =>
    rawRequest(
      `POST ${TICKET_PATH} HTTP/1.1`,
      [HOST, 'Connection: close', `Authorization: Bearer ${jwt}`, `Content-Type: x/${jwt}`, 'Content-Length: 2'],
      '{}',
    ),
  ),
  'a scope that is unknown': row(400, async ({ jwt, ticket }) =>
    post(REVOKE_PATH, `Bearer ${jwt}`, { scope: await ticket() }),
  ),
};

const misplaced: Rows = {
  'a JWT in the query': row(401, ({ jwt }) => other('POST', `${TICKET_PATH}?token=${jwt}`)),
  'a JWT as a password': row(401, ({ jwt }) =>
    post(TICKET_PATH, `Basic ${Buffer.from(`user:${jwt}`).toString('base64')}`),
  ),
  'a JWT in every header that is echoed or traced': row(200, ({ jwt }) =>
    get('/health', [
      `X-Request-Id: ${jwt.slice(0, 128)}`,
      `Traceparent: ${jwt}`,
      `X-Amzn-Trace-Id: Root=${jwt}`,
      `X-Forwarded-For: ${jwt}, ${jwt}`,
      `Origin: ${jwt}`,
      `Cookie: ${jwt}`,
      `User-Agent: ${jwt}`,
    ]),
  ),
  'a ticket as the request id': row(200, async ({ ticket }) => get('/ready', [`X-Request-Id: ${await ticket()}`])),
  'a ticket in the path': row(404, async ({ ticket }) => get(`/${await ticket()}`)),
  'a ticket in the query': row(404, async ({ ticket }) => get(`/ws?ticket=${await ticket()}`)),
  'a key in the path': row(404, ({ canaries }) => get(`/${encodeURIComponent(canaries.gatewayKeys[0])}`)),
  'a key in a name that is not allowed': row(405, ({ canaries }) =>
    other('PUT', `${TICKET_PATH}?${encodeURIComponent(canaries.gatewayKeys[0])}`),
  ),
  'a preflight': row(204, ({ jwt }) =>
    other('OPTIONS', TICKET_PATH, [
      'Origin: https://app.example',
      'Access-Control-Request-Method: POST',
      `Access-Control-Request-Headers: ${jwt}`,
    ]),
  ),
};

const broken: Rows = {
  'a method that does not exist': row(400, ({ canaries }) => `${canaries.gatewayKeys[0]} / HTTP/1.1\r\n\r\n`),
  'a header without a colon': row(400, ({ jwt }) => rawRequest('GET / HTTP/1.1', [HOST, jwt])),
  'headers that are too large': row(431, ({ jwt }) => rawRequest('GET / HTTP/1.1', [HOST, `X: ${jwt.repeat(90)}`])),
  'a host twice': row(400, ({ jwt }) => get('/', [`Host: ${jwt}`])),
  'a URL with a password that is no URL': row(400, ({ canaries }) =>
    get(`http://u:${encodeURIComponent(canaries.redisPassword)}@[/`),
  ),
  'a tunnel': row(400, ({ jwt }) => other('CONNECT', `${jwt}:443`)),
};

/** What the public listener may be sent, good and bad; every row contains a secret. */
export const publicRows = (canaries: Canaries): Rows => ({
  'a ticket': row(200, ({ jwt }) => post(TICKET_PATH, `Bearer ${jwt}`)),
  'a ticket for an audience, a channel and an origin': row(200, ({ jwt }) =>
    post(TICKET_PATH, `bearer   ${jwt}`, { audience: 'chat', channel: 'news' }, ['Origin: https://app.example']),
  ),
  'a revocation': row(204, ({ jwt }) => post(REVOKE_PATH, `Bearer ${jwt}`)),
  'a revocation of all sessions': row(204, ({ jwt }) => post(REVOKE_PATH, `Bearer ${jwt}`, { scope: 'subject' })),
  ...refusedJwts(canaries),
  ...badBodies,
  ...misplaced,
  ...broken,
});
