import { expect } from 'chai';
import { type Answer, ask, askTicket, keepAliveAgent } from '../../support/ask.ts';
import { SECRET } from '../../support/jwt.ts';
import { startRedis } from '../../support/redis.ts';
import { endAll, serve } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

const CLIENTS = 24;
const ENOUGH = 500;

describe('serve on SIGTERM under load', () => {
  afterEach(endAll);

  it('fails no request of clients that stop sending once /ready returns 503', async () => {
    const redis = await startRedis();
    const service = serve({
      NODE_ENV: 'production',
      JWT_SECRET: SECRET,
      REDIS_URL: redis.url,
      // The clients stop far earlier.
      DRAIN_DELAY_MS: '5000',
    });
    const url = await service.url();
    const outcomes: (Answer | Error)[] = [];
    let sending = true;

    const client = async (): Promise<void> => {
      const agent = keepAliveAgent();
      while (sending) outcomes.push(await askTicket(url, agent).catch((error: Error) => error));
      agent.destroy();
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, client));

    await until(`${ENOUGH} answers`, () => outcomes.length >= ENOUGH);
    service.process.kill('SIGTERM');
    await until('/ready to be 503', async () => (await ask(`${url}/ready`)).status === 503);
    const before = outcomes.length;
    await until('answers while draining', () => outcomes.length > before + CLIENTS);
    sending = false;
    await clients;

    expect(await service.exit).to.deep.equal({ code: 0, signal: null });
    const failed = outcomes.filter((outcome) => outcome instanceof Error || outcome.status !== 200);
    expect(failed).to.deep.equal([]);
    const tickets = outcomes.map((outcome) => ('body' in outcome ? outcome.body.ticket : undefined));
    expect(new Set(tickets).size).to.equal(outcomes.length);
    expect(service.events.at(-1)).to.equal('server_stopped');
    expect(service.linesOf('ws_ticket_issued')).to.have.length(outcomes.length);
    await redis.stop();
  });
});
