import request from 'supertest';
import { ask, TICKET_PATH } from './ask.ts';
import { token } from './jwt.ts';
import { openConnection, type RawConnection } from './raw-connection.ts';
import type { Ticketd } from './ticketd.ts';
import { until } from './until.ts';

export interface HalfRequest {
  readonly connection: RawConnection;
  /** Sends what is missing, by default so that a valid body results. */
  finish(rest?: string): Promise<void>;
}

const BODY = ['{"channel":', '"news"}'] as const;
const LENGTH = BODY.join('').length;

/** Sends a ticket request but for the end of its body, and waits until the service has taken it up. */
export const sendHalfRequest = async (service: Ticketd): Promise<HalfRequest> => {
  const connection = await openConnection(await service.url());
  await connection.send(
    [
      `POST ${TICKET_PATH} HTTP/1.1`,
      'Host: localhost',
      `Authorization: Bearer ${token()}`,
      'Content-Type: application/json',
      `Content-Length: ${LENGTH}`,
      '',
      BODY[0],
    ].join('\r\n'),
  );
  await untilInFlight(service);
  return { connection, finish: (rest = BODY[1]) => connection.send(rest) };
};

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
