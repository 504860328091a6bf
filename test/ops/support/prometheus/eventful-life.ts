import { expect } from 'chai';
import { ask, askTicket } from '../../../support/ask.ts';
import { GATEWAY_KEY, issueTicket, redeem, revoke } from '../../../support/redeem.ts';
import { startRedis } from '../../../support/redis.ts';
import { keyOf } from '../../../support/request-ticket.ts';
import { type RunningService, startService } from '../../../support/service.ts';
import { until } from '../../../support/until.ts';
import { type Sample, samplesOf } from './exposition.ts';

export const scrape = async ({ internalUrl }: Pick<RunningService, 'internalUrl'>): Promise<string> =>
  (await fetch(`${internalUrl}/metrics`)).text();

/** A scrape of a ticketd in which every counted event has happened. */
export const eventfulScrape = (): Promise<string> => {
  recording ??= play();
  return recording;
};

export const eventfulSamples = async (): Promise<readonly Sample[]> => samplesOf(await eventfulScrape());

let recording: Promise<string> | undefined;

const play = async (): Promise<string> => {
  const redis = await startRedis();
  const service = await startService({ REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY });
  try {
    const [used, broken] = [await issueTicket(service), await issueTicket(service)];
    for (const status of [200, 403]) expect((await redeem(service, { ticket: used })).status).to.equal(status);
    await redis.cli('SET', keyOf(broken), 'not what ticketd put there', 'KEEPTTL');
    expect((await redeem(service, { ticket: broken })).status).to.equal(500);
    expect((await revoke(service)).status).to.equal(204);
    await redis.stop();
    await until('Redis is missed', () => service.eventsOf('redis_down')[0]);
    expect((await askTicket(service.url)).status).to.equal(503);
    for (const path of ['/health', '/ready', '/nowhere']) await ask(service.url + path);
    await until('all is counted', () => service.eventsOf('request').length >= 10);
    return await until('garbage was collected', async () => {
      Array.from({ length: 100_000 }, () => ({}));
      const text = await scrape(service);
      return text.includes('nodejs_gc_duration_seconds_sum') ? text : '';
    });
  } finally {
    await service.stop();
  }
};
