import { runRedisCommand } from './redis-client.mjs';

/** Asks for one ticket, shows what came back and what Redis keeps of it, and prints commands to go on with. */
export async function showTour({ ticketd, redis, jwt, gatewayKey, pageUrl }) {
  const { url, internalUrl } = ticketd;
  const answer = await fetch(`${url}/api/v1/auth/ws-ticket`, {
    method: 'POST',
    headers: { authorization: `Bearer ${jwt}` },
  });
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`no ticket: ${answer.status} ${body}`);
  console.log(`
A JWT was traded for a ticket (POST /api/v1/auth/ws-ticket, ${answer.status}):
  ${body}
${await describeKept(redis.url)}

The whole way, to watch and to disturb, in a browser:

  ${pageUrl}

To do the same by hand, paste:

  # a JWT for demo-user, valid for an hour
  TOKEN=${jwt}

  # a ticket
  curl -i -X POST -H "Authorization: Bearer $TOKEN" ${url}/api/v1/auth/ws-ticket

  # the same without the JWT: 401
  curl -i -X POST ${url}/api/v1/auth/ws-ticket

  # a ticket for the next command
  TICKET=$(curl -s -X POST -H "Authorization: Bearer $TOKEN" ${url}/api/v1/auth/ws-ticket | grep -o 'wst_[A-Za-z0-9_-]*')

  # redeemed as a gateway does it: 200 the first time, 403 when repeated
  curl -i -X POST -H 'Authorization: Bearer ${gatewayKey}' -H 'Content-Type: application/json' \\
    -d "{\\"ticket\\":\\"$TICKET\\"}" ${internalUrl}/api/v1/auth/ws-ticket/redeem

  # logged out: 204, and no outstanding ticket of this session is good any more
  curl -i -X POST -H "Authorization: Bearer $TOKEN" ${url}/api/v1/auth/ws-ticket/revoke

  # an open WebSocket, through the sample gateway
  TICKET=$(curl -s -X POST -H "Authorization: Bearer $TOKEN" ${url}/api/v1/auth/ws-ticket | grep -o 'wst_[A-Za-z0-9_-]*')
  node ops/try/demo/open-socket.mjs "${pageUrl.replace('http', 'ws')}/socket?ticket=$TICKET"

  # liveness and readiness
  curl -i ${url}/health
  curl -i ${url}/ready

  # metrics, on the internal port
  curl -s ${internalUrl}/metrics | grep '^ticketd_'
${checkCommands(redis.url)}`);
}

async function describeKept(redisUrl) {
  if (redisUrl === 'memory://') return 'The embedded store keeps a digest of it until it expires.';
  const [, keys] = await runRedisCommand(redisUrl, 'SCAN', '0', 'MATCH', 'ticketd:*', 'COUNT', '1000');
  const kept = await Promise.all(
    keys.map(async (key) => ({ key, leftMs: await runRedisCommand(redisUrl, 'PTTL', key) })),
  );
  // Other tickets may be there; the newest lives longest.
  const newest = kept.sort((one, other) => other.leftMs - one.leftMs)[0];
  if (newest === undefined) return 'Redis keeps a digest of it until it expires.';
  return `Redis keeps a digest of it, for ${newest.leftMs} ms more:\n  ${newest.key}`;
}

function checkCommands(redisUrl) {
  if (redisUrl === 'memory://') return '';
  // A URL from the environment may bear a password, and is in the reader's shell anyway.
  const assignment = redisUrl === process.env.REDIS_URL ? '' : `REDIS_URL='${redisUrl}' `;
  return `
  # Redis as ticketd sees it
  ${assignment}node dist/ticketd.cjs check-redis
`;
}
