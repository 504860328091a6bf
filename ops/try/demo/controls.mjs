/** The functions behind the page's buttons, by method and path: a login's JWT, and the faults that it can cause. */
export function createControls({ redis, ticketd, readiness, gateway, login, pageUrl, ttlSeconds }) {
  const settings = {
    ticketUrl: `${ticketd.url}/api/v1/auth/ws-ticket`,
    socketUrl: `${pageUrl.replace('http', 'ws')}/socket`,
    ttlSeconds: Number(ttlSeconds),
    redis: { controllable: redis.pause !== undefined, description: redis.description, limits: redis.limits },
  };
  return {
    'GET settings': () => settings,
    'POST token': login.signIn,
    'POST connections/drop': gateway.drop,
    'POST ticketd/restart': () => ticketd.restart(readiness.observe),
    // The demo stops only a Redis that it started.
    ...(redis.pause && { 'POST redis/stop': redis.pause, 'POST redis/start': redis.resume }),
  };
}
