import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { bearer, token } from './jwt.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A connection of its own unless given. */
  readonly agent?: Agent;
}

/** Asks over HTTP and reads the JSON answer, with every header as it came. */
export const ask = (url: string, { method = 'GET', headers = {}, agent }: Question = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: agent ?? false }, async (response) => {
      try {
        const { statusCode: status = 0, headers } = response;
        // HEAD has none.
        resolve({ status, headers, body: JSON.parse((await text(response)) || '{}') });
      } catch (error) {
        reject(error);
      }
    });
    asked.once('error', reject);
    asked.end();
  });

export const TICKET_PATH = '/api/v1/auth/ws-ticket';

/** Asks the service at `url` for a ticket with a valid JWT. */
export const askTicket = (url: string, agent?: Agent): Promise<Answer> =>
  ask(`${url}${TICKET_PATH}`, { method: 'POST', headers: bearer(token()), ...(agent && { agent }) });

export const keepAliveAgent = (): Agent => new Agent({ keepAlive: true, maxSockets: 1 });
