/** What the demo lets a page do behind the scenes: a JWT as a login would give it, Redis and ticketd to stop and start. */
export const backstage = {
  settings: () => get('settings'),
  token: () => post('token'),
  stopRedis: () => post('redis/stop'),
  startRedis: () => post('redis/start'),
  dropConnections: () => post('connections/drop'),
  restartTicketd: () => post('ticketd/restart'),
};

async function get(path) {
  return read(await fetch(`backstage/${path}`));
}

async function post(path) {
  return read(await fetch(`backstage/${path}`, { method: 'POST' }));
}

async function read(answer) {
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.message);
  return body;
}
