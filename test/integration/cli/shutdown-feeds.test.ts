import { expect } from 'chai';
import { ask } from '../../support/ask.ts';
import { SECRET } from '../../support/jwt.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { startRedis } from '../../support/redis.ts';
import { openFeed, untilFeed } from '../../support/revocation-feed.ts';
import { endAll, serve } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

const FEEDS = 200;

describe('serve on SIGTERM with open feeds', () => {
  afterEach(endAll);

  it(`sends entries to ${FEEDS} feeds until the drain delay has passed, then ends each and exits 0`, async () => {
    const redis = await startRedis();
    const env = { NODE_ENV: 'production', JWT_SECRET: SECRET, GATEWAY_KEYS: GATEWAY_KEY };
    const service = serve({ ...env, REDIS_URL: redis.url, DRAIN_DELAY_MS: '2000' });
    const url = await service.url('internal');
    const revoke = (key: string) => redis.cli('XADD', 'ticketd:s1:revocations', '*', 'k', key);
    const first = await untilFeed(url);
    const lastEventId = (await first.untilMessages(1))[0]?.id;
    await revoke('while-they-resume-----');
    const others = await Promise.all(
      Array.from({ length: FEEDS - 1 }, (_, number) => openFeed(url, number % 2 ? {} : { lastEventId })),
    );
    const feeds = [first, ...others];
    await Promise.all(feeds.map((feed) => feed.untilMessages(1)));

    service.process.kill('SIGTERM');
    await until('/ready to be 503', async () => (await ask(`${await service.url()}/ready`)).status === 503);
    await revoke('during-the-drain-delay');
    await until('the entry at every feed', () => feeds.every(({ keys }) => keys.at(-1) === 'during-the-drain-delay'));
    for (const feed of feeds) expect(await feed.ended).to.equal(true);
    expect(await service.exit).to.deep.equal({ code: 0, signal: null });
    expect(service.events.at(-1)).to.equal('server_stopped');
    const reasons = service.linesOf('revocation_feed_closed').map(({ reason }) => reason);
    expect(reasons).to.deep.equal(Array(FEEDS).fill('stop'));
    expect(service.linesOf('revocation_feed_opened')).to.have.length(FEEDS);
    expect(service.stderr).to.equal('');
    await redis.stop();
  });
});
