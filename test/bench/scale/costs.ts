import type { Scale } from '../../../ops/build/capacity/results.ts';
import { startRedis } from '../../support/redis.ts';
import { startTicketd } from '../support/ticketd.ts';
import { costOfAll, medianCosts } from './cost.ts';
import { CONNECTIONS, type LoadKit, SECONDS } from './load-kit.ts';
import { takeShed } from './shed.ts';

/** One process on one Redis: a ticket issued, redeemed, and refused: while Redis is down, and while too much is under way. */
export const measureCosts = async (kit: LoadKit): Promise<Omit<Scale['costs'], 'loadAverage'>> => {
  const redis = await startRedis();
  const env = { REDIS_URL: redis.url };
  const ticketd = await startTicketd(kit.keys, env);
  const bench = { ticketds: [ticketd], redises: [redis] };
  const load = kit.issue(ticketd, { connections: CONNECTIONS, seconds: SECONDS });
  const takes = [() => costOfAll(200, bench, [load]), () => kit.redeem(bench), () => takeShed(kit, env)];
  const [issue, redeem, shed] = await medianCosts(takes, (take) => take());
  await redis.stop();
  const [refused] = await medianCosts([load], () => costOfAll(503, { ticketds: [ticketd], redises: [] }, [load]));
  await ticketd.stop();
  if (!issue || !redeem || !refused || !shed) throw new Error('nothing was measured');
  return { issue, redeem, refused, shed };
};
