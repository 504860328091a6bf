import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const TIMEOUT_MS = 10_000;

/** Runs the service for one ticket, on a stand-in for Redis that has no keys and says OK to all else. */
export const warmUp = async (runService) => {
  const redis = createServer(answerCommands);
  const [redisPort, port, internalPort] = [await listen(redis), await freePort(), await freePort()];
  const secret = randomBytes(32).toString('hex');
  Object.assign(process.env, {
    NODE_ENV: 'production',
    LOG_LEVEL: 'fatal',
    HOST: '127.0.0.1',
    PORT: String(port),
    INTERNAL_HOST: '127.0.0.1',
    INTERNAL_PORT: String(internalPort),
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    JWT_SECRET: secret,
  });
  const ended = runService();
  await Promise.race([ended, askForTicket(port, tokenOf(secret))]);
  process.emit('SIGINT');
  await ended;
  redis.close();
};

// A command is an array of its name and its arguments: each begins with a line like *3, and one like $4.
const COMMAND = /^\*(\d+)\r\n\$\d+\r\n(\w+)/gm;

const answerCommands = (socket) => {
  socket.on('data', (bytes) => {
    for (const [, words, name] of bytes.toString().matchAll(COMMAND)) socket.write(replyTo(name, words - 1));
  });
  socket.on('error', () => {});
};

const replyTo = (name, keys) => (name.toLowerCase() === 'mget' ? `*${keys}\r\n${'$-1\r\n'.repeat(keys)}` : '+OK\r\n');

const listen = async (server) => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
};

const freePort = async () => {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
};

const askForTicket = async (port, jwt) => {
  const url = `http://127.0.0.1:${port}/api/v1/auth/ws-ticket`;
  const deadline = performance.now() + TIMEOUT_MS;
  while (performance.now() < deadline) {
    const answer = await fetch(url, { method: 'POST', headers: { Authorization: `Bearer ${jwt}` } }).catch(
      () => undefined,
    );
    if (answer?.status === 200) return;
  }
  throw new Error('the service gave no ticket while it was warmed up');
};

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

const tokenOf = (secret) => {
  const exp = Math.floor(Date.now() / 1000) + 60;
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: 'warm-up', exp })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
};
