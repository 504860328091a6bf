/** Gets a JWT as a login would, and starts, stops and restarts the parts of the demo. */
export const controls = {
  settings: () => get('settings'),
  token: () => post('token'),
  stopRedis: () => post('redis/stop'),
  startRedis: () => post('redis/start'),
  dropConnections: () => post('connections/drop'),
  restartTicketd: () => post('ticketd/restart'),
};

async function get(path) {
  return read(await fetch(`controls/${path}`));
}

async function post(path) {
  return read(await fetch(`controls/${path}`, { method: 'POST' }));
}

async function read(response) {
  const body = await response.json();
  if (!response.ok) throw new Error(body.message);
  return body;
}
