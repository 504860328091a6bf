import { runRedisCommand } from './redis-client.mjs';

/** Asks for one ticket, shows what came back and what Redis keeps of it, and prints commands to go on with. */
export async function showTour({ ticketd, redis, jwt }) {
  const answer = await fetch(`${ticketd.url}/api/v1/auth/ws-ticket`, {
    method: 'POST',
    headers: { authorization: `Bearer ${jwt}` },
  });
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`no ticket: ${answer.status} ${body}`);
  console.log(`
A JWT was traded for a ticket (POST /api/v1/auth/ws-ticket, ${answer.status}):
  ${body}
${await describeKept(redis.url)}

To do the same by hand, paste:

  # a JWT for demo-user, valid for an hour
  TOKEN=${jwt}

  # a ticket
  curl -i -X POST -H "Authorization: Bearer $TOKEN" ${ticketd.url}/api/v1/auth/ws-ticket

  # the same without the JWT: 401
  curl -i -X POST ${ticketd.url}/api/v1/auth/ws-ticket

  # liveness and readiness
  curl -i ${ticketd.url}/health
  curl -i ${ticketd.url}/ready

  # metrics, on the internal port
  curl -s ${ticketd.internalUrl}/metrics | grep '^ticketd_'
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
