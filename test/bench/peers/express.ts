// The service as the design document has it: Express, jsonwebtoken with the secret as a string, a check of Redis' status.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import express, { type NextFunction, type Request, type Response } from 'express';
import { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import { pino } from 'pino';
import { readPeerEnv } from './env.ts';

const { port, redisUrl, key, algorithms, gatewayKey } = readPeerEnv();
const logger = pino();
const redis = new Redis(redisUrl, { maxRetriesPerRequest: 2, connectTimeout: 2000, commandTimeout: 2000 });
redis.on('error', () => {});

interface Caller {
  sub: string;
  sessionId?: string;
  exp: number;
}

const authenticate = (req: Request, res: Response, next: NextFunction) => {
  try {
    const token = req.headers.authorization?.replace(/^Bearer /, '') ?? '';
    res.locals.caller = jwt.verify(token, key, { algorithms: [...algorithms] });
    next();
  } catch {
    res.status(401).json({ errorCode: 'AUTH_TOKEN_INVALID', message: 'The token is not valid' });
  }
};

const app = express();
app.use(express.json());
app.post('/api/v1/auth/ws-ticket', authenticate, async (_req, res) => {
  const traceId = randomUUID();
  const { sub, sessionId, exp } = res.locals.caller as Caller;
  if (redis.status !== 'ready') {
    logger.error({ traceId, sessionId, event: 'ws_ticket_redis_not_ready' }, 'Redis not ready');
    res.status(503).header('Retry-After', '2').json({
      errorCode: 'WS_TICKET_REDIS_NOT_READY',
      message: 'Ticket service temporarily unavailable',
      traceId,
      retryAfter: 2,
    });
    return;
  }
  const ticket = `wst_${randomBytes(32).toString('base64url')}`;
  const digest = createHash('sha256').update(ticket).digest('base64url');
  const expiresAt = Date.now() + 30_000;
  await redis.set(`peer:t:${digest}`, JSON.stringify({ sub, sessionId, exp, traceId }), 'PX', 30_000, 'NX');
  logger.info({ traceId, sessionId, subject: sub, event: 'ws_ticket_issued' }, 'Ticket issued');
  res.json({ ticket, expiresIn: 30, expiresAt: new Date(expiresAt).toISOString(), traceId });
});
app.post('/api/v1/auth/ws-ticket/redeem', async (req, res) => {
  const traceId = randomUUID();
  if (req.headers.authorization !== `Bearer ${gatewayKey}`) {
    res.status(401).json({ errorCode: 'GATEWAY_UNAUTHORIZED', traceId });
    return;
  }
  const digest = createHash('sha256').update(req.body.ticket).digest('base64url');
  const kept = await redis.getdel(`peer:t:${digest}`);
  if (kept === null) {
    res.status(403).json({ errorCode: 'WS_TICKET_NOT_REDEEMABLE', message: 'The ticket cannot be redeemed', traceId });
    return;
  }
  const { sub, sessionId, exp } = JSON.parse(kept);
  logger.info({ traceId, sessionId, subject: sub, event: 'ws_ticket_redeemed' }, 'Ticket redeemed');
  res.json({ active: true, subject: sub, sessionId, sessionExpiresAt: new Date(exp * 1000).toISOString(), traceId });
});
redis.once('ready', () => app.listen(port, '127.0.0.1'));
