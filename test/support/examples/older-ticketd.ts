import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { REDEEM_PATH } from '../../../src/protocol/paths.ts';
import { listen } from '../gateway-rig.ts';

/** The redeem endpoint of a ticketd before tickets with a path: it refuses members that it does not know. */
export interface OlderTicketd {
  readonly url: string;
  /** The body of each redeem so far. */
  readonly bodies: readonly Readonly<Record<string, unknown>>[];
  stop(): void;
}

const KNOWN = ['ticket', 'audience', 'origin'];
const IDENTITY = { active: true, subject: 'alice', sessionExpiresIn: 60 };

export const startOlderTicketd = async (): Promise<OlderTicketd> => {
  const bodies: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    if (request.url !== REDEEM_PATH) return response.writeHead(404).end();
    const body = JSON.parse(await text(request));
    bodies.push(body);
    const isKnown = Object.keys(body).every((name) => KNOWN.includes(name));
    const [status, answer] = isKnown ? [200, IDENTITY] : [400, { errorCode: 'BAD_REQUEST' }];
    return response.writeHead(status).end(JSON.stringify(answer));
  });
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    bodies,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
