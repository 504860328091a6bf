import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** Sends a POST and resolves with the whole answer. */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
  signal?: AbortSignal,
) => Promise<Response>;

// Enough to keep the service busy, and few enough for a machine that allows some thousand open files.
const MAX_CONNECTIONS = 200;

/** For thousands at once: fetch would open as many connections. */
export const createPost = (maxConnections = MAX_CONNECTIONS): Post => {
  const agent = new Agent({ keepAlive: true, maxSockets: maxConnections });
  return async (url, headers, body, signal) => {
    const sent = request(url, { method: 'POST', headers, agent, ...(signal && { signal }) }).end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const { statusCode: status = 0, headers: answered } = answer;
    // A 204 takes no body, not even an empty one.
    return new Response((await text(answer)) || null, { status, headers: answered as Record<string, string> });
  };
};
