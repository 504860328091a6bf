// What one would pick for speed: Fastify with its own JWT plug-in, and ioredis with auto-pipelining.
import { createHash, randomBytes } from 'node:crypto';
import fastifyJwt from '@fastify/jwt';
import fastify from 'fastify';
import { Redis } from 'ioredis';
import { readPeerEnv } from './env.ts';

const { port, redisUrl, key, algorithms, gatewayKey, isCached } = readPeerEnv();
const redis = new Redis(redisUrl, { enableAutoPipelining: true, maxRetriesPerRequest: 0, enableOfflineQueue: false });
redis.on('error', () => {});

interface Caller {
  sub: string;
  sessionId?: string;
  exp: number;
}

const app = fastify({ logger: true, disableRequestLogging: true, genReqId: () => randomBytes(16).toString('hex') });
app.register(fastifyJwt, {
  secret: algorithms[0] === 'HS256' ? key : { public: key, private: '' },
  verify: { algorithms: [...algorithms] as never, ...(isCached && { cache: 10_000 }) },
});

const answer = {
  type: 'object',
  properties: {
    ticket: { type: 'string' },
    expiresIn: { type: 'number' },
    expiresAt: { type: 'string' },
    traceId: { type: 'string' },
  },
} as const;

app.post<{ Reply: object }>(
  '/api/v1/auth/ws-ticket',
  { schema: { response: { 200: answer } } },
  async (request, reply) => {
    const traceId = request.id;
    const { sub, sessionId, exp } = await request.jwtVerify<Caller>();
    if (redis.status !== 'ready') {
      request.log.error({ traceId, sessionId, event: 'ws_ticket_redis_not_ready' }, 'Redis not ready');
      return reply.status(503).header('Retry-After', '2').send({
        errorCode: 'WS_TICKET_REDIS_NOT_READY',
        message: 'Ticket service temporarily unavailable',
        traceId,
        retryAfter: 2,
      });
    }
    const ticket = `wst_${randomBytes(32).toString('base64url')}`;
    const digest = createHash('sha256').update(ticket).digest('base64url');
    const expiresAt = new Date(Date.now() + 30_000).toISOString();
    await redis.set(`peer:t:${digest}`, JSON.stringify({ sub, sessionId, exp, traceId }), 'PX', 30_000, 'NX');
    request.log.info({ traceId, sessionId, subject: sub, event: 'ws_ticket_issued' }, 'Ticket issued');
    return { ticket, expiresIn: 30, expiresAt, traceId };
  },
);
app.post<{ Body: { ticket: string } }>('/api/v1/auth/ws-ticket/redeem', async (request, reply) => {
  const traceId = request.id;
  if (request.headers.authorization !== `Bearer ${gatewayKey}`)
    return reply.status(401).send({ errorCode: 'GATEWAY_UNAUTHORIZED', traceId });
  const digest = createHash('sha256').update(request.body.ticket).digest('base64url');
  const kept = await redis.getdel(`peer:t:${digest}`);
  if (kept === null) return reply.status(403).send({ errorCode: 'WS_TICKET_NOT_REDEEMABLE', traceId });
  const { sub, sessionId, exp } = JSON.parse(kept);
  request.log.info({ traceId, sessionId, subject: sub, event: 'ws_ticket_redeemed' }, 'Ticket redeemed');
  return { active: true, subject: sub, sessionId, sessionExpiresAt: new Date(exp * 1000).toISOString(), traceId };
});
redis.once('ready', () => void app.listen({ port, host: '127.0.0.1' }));
