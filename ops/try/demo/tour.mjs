import { findKeys, runRedisCommand } from './redis-client.mjs';

/** Requests a ticket, shows the response and the record in Redis, and prints commands to continue with. */
export async function showTour({ ticketd, redis, jwt, gatewayKey, pageUrl }) {
  const { url, internalUrl } = ticketd;
  const response = await fetch(`${url}/api/v1/auth/ws-ticket`, {
    method: 'POST',
    headers: { authorization: `Bearer ${jwt}` },
  });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`ticketd issued no ticket: ${response.status} ${body}`);
  console.log(`
ticketd traded a JWT for a ticket (POST /api/v1/auth/ws-ticket, ${response.status}):
  ${body}
${await describeStored(redis.url)}

To watch each step, see inside ticketd and cause failures, open in a browser:

  ${pageUrl}

To do the same by hand, paste these commands:

  # a JWT for demo-user, valid for an hour
  TOKEN=${jwt}

  # a ticket
  curl -i -X POST -H "Authorization: Bearer $TOKEN" ${url}/api/v1/auth/ws-ticket

  # the same without the JWT: 401
  curl -i -X POST ${url}/api/v1/auth/ws-ticket

  # a ticket for the next command
  TICKET=$(curl -s -X POST -H "Authorization: Bearer $TOKEN" ${url}/api/v1/auth/ws-ticket | grep -o 'wst_[A-Za-z0-9_-]*')

  # redeem it as a gateway does: 200 the first time, 403 the second
  curl -i -X POST -H 'Authorization: Bearer ${gatewayKey}' -H 'Content-Type: application/json' \\
    -d "{\\"ticket\\":\\"$TICKET\\"}" ${internalUrl}/api/v1/auth/ws-ticket/redeem

  # log out: 204, every unused ticket of this session is void, and its sockets close with 4001
  curl -i -X POST -H "Authorization: Bearer $TOKEN" ${url}/api/v1/auth/ws-ticket/revoke

  # open a WebSocket at the sample gateway
  TICKET=$(curl -s -X POST -H "Authorization: Bearer $TOKEN" ${url}/api/v1/auth/ws-ticket | grep -o 'wst_[A-Za-z0-9_-]*')
  node ops/try/demo/open-socket.mjs "${pageUrl.replace('http', 'ws')}/socket?ticket=$TICKET"

  # liveness and readiness
  curl -i ${url}/health
  curl -i ${url}/ready

  # metrics, on the internal port
  curl -s ${internalUrl}/metrics | grep '^ticketd_'
${checkCommands(redis.url)}
  # log out everywhere: 204, and every socket of demo-user closes with 4001, those of the page, too
  curl -i -X POST -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
    -d '{"scope":"subject","end":true}' ${url}/api/v1/auth/ws-ticket/revoke

  # the JWT after that: 401
  curl -i -X POST -H "Authorization: Bearer $TOKEN" ${url}/api/v1/auth/ws-ticket

  # a new login: 200
  TOKEN=$(curl -s -X POST ${pageUrl}/controls/token | grep -o 'eyJ[A-Za-z0-9_.-]*')
  curl -i -X POST -H "Authorization: Bearer $TOKEN" ${url}/api/v1/auth/ws-ticket
`);
}

async function describeStored(redisUrl) {
  if (redisUrl === 'memory://') return 'The embedded store has a digest of it until it expires.';
  const keys = await findKeys(redisUrl, 'ticketd:t2:*');
  const stored = await Promise.all(
    keys.map(async (key) => ({ key, leftMs: await runRedisCommand(redisUrl, 'PTTL', key) })),
  );
  // Other tickets may be stored; the newest lives longest.
  const newest = stored.sort((one, other) => other.leftMs - one.leftMs)[0];
  if (newest === undefined) return 'Redis has a digest of it until it expires.';
  return `Redis has a digest of it, for ${newest.leftMs} ms more:\n  ${newest.key}`;
}

function checkCommands(redisUrl) {
  if (redisUrl === 'memory://') return '';
  // A URL from the environment may contain a password, and the reader's shell has it anyway.
  const assignment = redisUrl === process.env.REDIS_URL ? '' : `REDIS_URL='${redisUrl}' `;
  return `
  # check Redis as ticketd uses it
  ${assignment}node dist/ticketd.cjs check-redis
`;
}
