import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server of a stream answers: a status, headers, and the text of the stream, which stays open on request. */
export interface StreamAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly open?: boolean;
}

/** A request for a stream. */
export interface StreamRequest {
  /** All after the path. */
  readonly search: string;
  readonly lastEventId: string | undefined;
  readonly response: ServerResponse;
}

/** A server with the ticket endpoint `/ticket`, which counts its tickets, and the stream `/events`. */
export interface StreamServer {
  readonly url: string;
  readonly requests: readonly StreamRequest[];
  readonly tickets: number;
  /** Status and body of the next responses for tickets; otherwise there is a ticket. */
  readonly ticketAnswers: (readonly [status: number, body: object])[];
  /** What the next requests get; the last one again and again. */
  readonly answers: StreamAnswer[];
  stop(): Promise<void>;
}

export const startStreamServer = async (...answers: StreamAnswer[]): Promise<StreamServer> => {
  const requests: StreamRequest[] = [];
  const ticketAnswers: (readonly [number, object])[] = [];
  let tickets = 0;

  const answerTicket = (response: ServerResponse) => {
    tickets += 1;
    const [status, body] = ticketAnswers.shift() ?? [200, { ticket: `ticket-${tickets}` }];
    response.writeHead(status).end(JSON.stringify(body));
  };

  const answerStream = ({ headers }: IncomingMessage, search: string, response: ServerResponse) => {
    const lastEventId = headers['last-event-id'] as string | undefined;
    requests.push({ search, lastEventId, response });
    const next = answers.length > 1 ? answers.shift() : answers[0];
    const { status = 200, text = '', open = false, headers: more } = next ?? {};
    response.writeHead(status, { 'Content-Type': 'text/event-stream', ...more });
    response.flushHeaders();
    if (text) response.write(text);
    if (!open) response.end();
  };

  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://server');
    if (pathname === '/ticket') answerTicket(response);
    else answerStream(request, search, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get tickets() {
      return tickets;
    },
    ticketAnswers,
    answers,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
