import { expect } from 'chai';
import { createRedisConnection } from '../../src/redis/connection.ts';
import { createRedisStore } from '../../src/redis/ticket-store.ts';
import { createIssuer } from '../../src/tickets/issue.ts';
import { createMemoryRevocationLog } from '../../src/tickets/memory-revocation-log.ts';
import { createRedeemer } from '../../src/tickets/redeem.ts';
import { startRedis } from '../support/redis.ts';
import { accessOf } from '../support/redis-access.ts';

const TICKETS = 10_000;
const AT_ONCE = 50;
const MAX_BYTES = 210;

describe(`Redis memory after ${TICKETS} used tickets`, function () {
  this.timeout(120_000);

  it(`is at most ${MAX_BYTES} bytes per used ticket, kept until the ticket would have expired`, async () => {
    const redis = await startRedis();
    const access = await accessOf({ REDIS_URL: redis.url });
    const connection = createRedisConnection({ ...access, emit: () => {} });
    const store = createRedisStore({ connection, keyPrefix: access.redis.keyPrefix });
    const issue = createIssuer({ store, ttlSeconds: 300 });
    const redeem = createRedeemer({ store, log: createMemoryRevocationLog() });
    const memory = async () => Number(/^used_memory:(\d+)/m.exec(await redis.cli('INFO', 'memory'))?.[1]);

    const use = async (number: number) => {
      const subject = `user-${number}`;
      const caller = { issuer: undefined, subject, sessionId: 'session', expiresAt: Date.now() + 3_600_000 };
      const binding = { audience: 'chat', channel: undefined, origin: 'https://app.example', traceId: 'f'.repeat(32) };
      const { ticket } = await issue(caller, binding);
      const { outcome } = await redeem({ ticket, audience: 'chat', origin: undefined });
      expect(outcome).to.equal('redeemed');
    };

    await connection.start(new AbortController().signal);
    await use(0);
    const before = await memory();
    const numbers = Array(TICKETS).keys();
    const worker = async () => {
      for (const number of numbers) await use(number);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const bytes = ((await memory()) - before) / TICKETS;
    console.log(`        ${bytes.toFixed(1)} bytes for each`);
    expect(Number(await redis.cli('DBSIZE'))).to.be.at.least(TICKETS);
    expect(bytes).to.be.within(1, MAX_BYTES);
    await connection.close();
  });
});
