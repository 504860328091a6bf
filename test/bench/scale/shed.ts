import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { CONCURRENCY_LIMITS } from '../../../src/http/server/limits.ts';
import { TICKET_PATH } from '../../support/ask.ts';
import { token } from '../../support/jwt.ts';
import { until } from '../../support/until.ts';
import { startTicketd, type TicketdProcess } from '../support/ticketd.ts';
import { costOfAll, type Loaded } from './cost.ts';
import { CONNECTIONS, type LoadKit, SECONDS } from './load-kit.ts';

const TOGETHER = 200;
const WARM_UP_SECONDS = 1;
/** A request for a ticket beyond those that may be under way, all of which are taken up; with a process of its own. */
export const takeShed = async (kit: LoadKit, env: Readonly<Record<string, string>>): Promise<Loaded> => {
  const ticketd = await startTicketd(kit.keys, env);
  const held = await takeUp(ticketd, unfinishedRequest(kit));
  const refused = (seconds: number) =>
    costOfAll(503, { ticketds: [ticketd], redises: [] }, [kit.issue(ticketd, { connections: CONNECTIONS, seconds })]);
  await refused(WARM_UP_SECONDS);
  const loaded = await refused(SECONDS);
  for (const socket of held) socket.destroy();
  await ticketd.stop();
  return loaded;
};

/** It has begun, and its body never comes: it is under way for as long as ticketd waits for that, 30 s. */
const unfinishedRequest = ({ keys }: LoadKit): string =>
  [
    `POST ${TICKET_PATH} HTTP/1.1`,
    'Host: ticketd',
    `Authorization: Bearer ${token({}, { secret: keys.signKey })}`,
    'Content-Type: application/json',
    'Content-Length: 2',
    '\r\n',
  ].join('\r\n');

/** Resolves once those beyond the limit have been refused, and so all places are taken. */
const takeUp = async (ticketd: TicketdProcess, request: string): Promise<readonly Socket[]> => {
  const port = Number(new URL(ticketd.url).port);
  const held: Socket[] = [];
  let refused = 0;
  const refuse = () => {
    refused += 1;
  };
  while (held.length < CONCURRENCY_LIMITS.maxInFlight + TOGETHER)
    held.push(...(await Promise.all(Array.from({ length: TOGETHER }, () => send(port, request, refuse)))));
  await until('all under way', () => refused >= TOGETHER);
  return held;
};

const send = async (port: number, request: string, onAnswer: () => void): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  socket.once('data', onAnswer);
  socket.write(request);
  await once(socket, 'connect');
  return socket;
};
