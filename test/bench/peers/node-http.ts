// The floor: node:http, jsonwebtoken with a key made once, ioredis with auto-pipelining, and nothing else.
import { createHash, createPublicKey, createSecretKey, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import { pino } from 'pino';
import { readPeerEnv } from './env.ts';

const { port, redisUrl, key, algorithms, gatewayKey } = readPeerEnv();
const logger = pino();
const redis = new Redis(redisUrl, { enableAutoPipelining: true, maxRetriesPerRequest: 0, enableOfflineQueue: false });
redis.on('error', () => {});
const keyObject = algorithms[0] === 'HS256' ? createSecretKey(Buffer.from(key)) : createPublicKey(key);

const send = (res: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) => {
  const text = JSON.stringify(body);
  res.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  });
  res.end(text);
};

const callerOf = (authorization = '') => {
  try {
    return jwt.verify(authorization.slice('Bearer '.length), keyObject, {
      algorithms: [...algorithms],
    }) as jwt.JwtPayload;
  } catch {
    return undefined;
  }
};

const issue = async (req: IncomingMessage, res: ServerResponse, traceId: string) => {
  const caller = callerOf(req.headers.authorization);
  if (caller === undefined) return send(res, 401, { errorCode: 'AUTH_TOKEN_INVALID', traceId });
  const { sub, sessionId, exp } = caller;
  if (redis.status !== 'ready') {
    logger.error({ traceId, sessionId, event: 'ws_ticket_redis_not_ready' }, 'Redis not ready');
    const message = 'Ticket service temporarily unavailable';
    const body = { errorCode: 'WS_TICKET_REDIS_NOT_READY', message, traceId, retryAfter: 2 };
    return send(res, 503, body, { 'Retry-After': '2' });
  }
  const ticket = `wst_${randomBytes(32).toString('base64url')}`;
  const expiresAt = new Date(Date.now() + 30_000).toISOString();
  await redis.set(keyOf(ticket), JSON.stringify({ sub, sessionId, exp, traceId }), 'PX', 30_000, 'NX');
  logger.info({ traceId, sessionId, subject: sub, event: 'ws_ticket_issued' }, 'Ticket issued');
  send(res, 200, { ticket, expiresIn: 30, expiresAt, traceId });
};

const redeem = async (req: IncomingMessage, res: ServerResponse, traceId: string) => {
  if (req.headers.authorization !== `Bearer ${gatewayKey}`)
    return send(res, 401, { errorCode: 'GATEWAY_UNAUTHORIZED', traceId });
  const kept = await redis.getdel(keyOf(JSON.parse(await text(req)).ticket));
  if (kept === null) return send(res, 403, { errorCode: 'WS_TICKET_NOT_REDEEMABLE', traceId });
  const { sub, sessionId, exp } = JSON.parse(kept);
  logger.info({ traceId, sessionId, subject: sub, event: 'ws_ticket_redeemed' }, 'Ticket redeemed');
  const sessionExpiresAt = new Date(exp * 1000).toISOString();
  send(res, 200, { active: true, subject: sub, sessionId, sessionExpiresAt, traceId });
};

const keyOf = (ticket: string) => `peer:t:${createHash('sha256').update(ticket).digest('base64url')}`;

const server = createServer((req, res) => {
  const handle = req.url?.endsWith('/redeem') ? redeem : issue;
  void handle(req, res, randomBytes(16).toString('hex'));
});
redis.once('ready', () => server.listen(port, '127.0.0.1'));
