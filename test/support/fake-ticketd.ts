import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { REVOCATIONS_PATH } from '../../src/protocol/paths.ts';
import { newTicket } from '../../src/tickets/ticket.ts';
import { listen } from './gateway-rig.ts';
import { createHold } from './hold.ts';
import { positionOf } from './revocations.ts';

/** A feed that a gateway has opened. */
export interface OpenFeed {
  readonly lastEventId: string | undefined;
  readonly authorization: string | undefined;
  readonly response: ServerResponse;
  /** Resolves once the connection has closed. */
  readonly closed: Promise<unknown>;
}

/** The redeem endpoint and the feed of revocations of a ticketd, and nothing else of it. */
export interface FakeTicketd {
  readonly url: string;
  /** Every feed so far. */
  readonly feeds: readonly OpenFeed[];
  /** How many redeems have arrived. */
  readonly redeems: number;
  /** Issues a ticket whose sockets have this subject and these revocation keys. */
  issue(subject: string, ...revocationKeys: string[]): string;
  /** Writes an entry, and sends it to each open feed, in these parts where they are given. */
  revoke(key: string, send?: (response: ServerResponse, frame: string) => void): void;
  /** Answers feeds like this from now on; as a ticketd again without an argument. */
  answerFeeds(listener?: RequestListener): void;
  /** Answers no redeem from now on until the returned function is called; each has the position of its arrival. */
  holdRedeems(): () => void;
  stop(): void;
}

const HOUR_SECONDS = 3600;

export const startFakeTicketd = async (): Promise<FakeTicketd> => {
  const tickets = new Map<string, object>();
  const entries: string[] = [];
  const feeds: OpenFeed[] = [];
  let redeems = 0;
  const hold = createHold();
  let answer: RequestListener | undefined;

  const redeem = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { ticket } = JSON.parse(await text(request));
    const identity = tickets.get(ticket);
    tickets.delete(ticket);
    redeems += 1;
    const now = new Date().toISOString();
    const times = { issuedAt: now, sessionExpiresAt: now, sessionExpiresIn: HOUR_SECONDS };
    const body = { active: true, ...times, ...identity, revocationPosition: positionOf(entries.length) };
    await hold.released();
    // As ticketd answers the check of start().
    if (identity === undefined) response.writeHead(400).end('{"errorCode":"BAD_REQUEST"}');
    else response.writeHead(200).end(JSON.stringify(body));
  };

  const feed: RequestListener = (request, response) => {
    const { authorization, 'last-event-id': id } = request.headers;
    const lastEventId = id?.toString();
    feeds.push({ lastEventId, authorization, response, closed: once(response, 'close') });
    if (answer !== undefined) return answer(request, response);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const from = lastEventId ?? positionOf(entries.length);
    response.write(`id: ${from}\n\n`);
    entries.forEach((key, at) => {
      if (positionOf(at + 1) > from) response.write(frameOf(key, at + 1));
    });
  };

  const server = createServer((request, response) =>
    request.url === REVOCATIONS_PATH ? feed(request, response) : redeem(request, response),
  );
  const url = `http://127.0.0.1:${await listen(server)}`;

  return {
    url,
    feeds,
    get redeems() {
      return redeems;
    },
    issue: (subject, ...revocationKeys) => {
      const ticket = newTicket();
      tickets.set(ticket, { subject, sessionId: `session of ${subject}`, revocationKeys });
      return ticket;
    },
    revoke: (key, send = (response, frame) => response.write(frame)) => {
      const frame = frameOf(key, entries.push(key));
      for (const { response } of feeds) if (!response.destroyed && !response.writableEnded) send(response, frame);
    },
    answerFeeds: (listener) => {
      answer = listener;
    },
    holdRedeems: hold.begin,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

const frameOf = (key: string, number: number): string =>
  `id: ${positionOf(number)}\nevent: revoked\ndata: ${JSON.stringify({ key })}\n\n`;
