import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { newTicket } from '../../src/tickets/ticket.ts';
import { listen } from './gateway-rig.ts';
import { createHold } from './hold.ts';

/** The redeem endpoint of a ticketd, and nothing else of it. */
export interface RedeemStub {
  readonly url: string;
  /** A ticket that can be redeemed once; `silently` leaves its redeem without an answer. */
  issue(silently?: boolean): string;
  /** The tickets that were answered with 200. */
  readonly redeemed: ReadonlySet<string>;
  /** Leaves redeems without an answer from now on; returns what answers all of them, and those to come. */
  hold(): () => void;
  stop(): void;
}

const HOUR_MS = 3_600_000;

export const startRedeemStub = async (): Promise<RedeemStub> => {
  const live = new Set<string>();
  const silent = new Set<string>();
  const redeemed = new Set<string>();
  const hold = createHold();

  const answerTo = (ticket: string): readonly [number, object] => {
    if (!live.delete(ticket)) return [403, { errorCode: 'WS_TICKET_NOT_REDEEMABLE' }];
    redeemed.add(ticket);
    const now = Date.now();
    const issuedAt = new Date(now).toISOString();
    const sessionExpiresAt = new Date(now + HOUR_MS).toISOString();
    return [200, { active: true, subject: ticket, issuedAt, sessionExpiresAt, sessionExpiresIn: 3600 }];
  };

  const server = createServer(async (request, response) => {
    const { ticket } = JSON.parse(await text(request));
    if (silent.has(ticket)) return;
    const [status, body] = answerTo(ticket);
    await hold.released();
    response.writeHead(status).end(JSON.stringify(body));
  });
  const url = `http://127.0.0.1:${await listen(server)}`;

  return {
    url,
    redeemed,
    issue: (silently = false) => {
      const ticket = newTicket();
      (silently ? silent : live).add(ticket);
      return ticket;
    },
    hold: hold.begin,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
