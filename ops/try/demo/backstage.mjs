import { createJwt } from './token.mjs';

/** What the page may ask for beside tickets, by method and path: a login's JWT, and trouble. */
export function backstageOf({ redis, ticketd, gateway, secret, pageUrl }) {
  const settings = {
    ticketUrl: `${ticketd.url}/api/v1/auth/ws-ticket`,
    socketUrl: `${pageUrl.replace('http', 'ws')}/socket`,
    redis: { description: redis.description, controllable: redis.pause !== undefined },
  };
  return {
    'GET settings': () => settings,
    'POST token': () => createJwt(secret),
    'POST connections/drop': gateway.drop,
    'POST ticketd/restart': ticketd.restart,
    // Only a Redis that the demo has started is the demo's to stop.
    ...(redis.pause && { 'POST redis/stop': redis.pause, 'POST redis/start': redis.resume }),
  };
}
