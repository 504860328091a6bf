import { once } from 'node:events';
import { expect } from 'chai';
import { ask } from '../../support/ask.ts';
import { SECRET } from '../../support/jwt.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';

// More than any pipe or socket between two processes holds.
const REQUESTS = 1500;

describe('serve on SIGTERM when the log reader stalls', () => {
  let service: Ticketd;
  afterEach(async () => {
    await endAll();
    // Unread output would keep this process open.
    service.process.stdout?.resume();
    await service.exit;
  });

  it('exits 0', async () => {
    service = serve({ JWT_SECRET: SECRET, REDIS_URL: 'memory://', LOG_LEVEL: 'debug' });
    const url = await service.url();
    service.process.stdout?.pause();
    for (let sent = 0; sent < REQUESTS; sent += 50) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => ask(`${url}/health`)));
      expect(answers.every(({ status }) => status === 200)).to.equal(true);
    }
    const exit = once(service.process, 'exit');
    service.process.kill('SIGTERM');
    expect(await exit).to.deep.equal([0, null]);
  });
});
