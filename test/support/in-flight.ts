import request from 'supertest';
import { ask } from './ask.ts';
import type { Ticketd } from './ticketd.ts';
import { until } from './until.ts';

/** Waits until a request is in flight beside the one that asks. */
export const untilInFlight = async (service: Ticketd): Promise<void> => {
  const url = await service.url('internal');
  await until('a request in flight', async () => {
    const { text } = await request(url).get('/metrics');
    return Number(/^ticketd_requests_in_flight (\d+)$/m.exec(text)?.[1]) > 1;
  });
};

/** Resolves when the service has read all that was sent to it before. */
export const untilReadBy = async (service: Ticketd): Promise<void> => {
  await ask(`${await service.url()}/health`);
};
