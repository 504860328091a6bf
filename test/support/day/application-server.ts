import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface ApplicationServerOptions {
  /** Where the package is installed. */
  readonly packagePath: string;
  /** The ticket endpoint of ticketd. */
  readonly ticketUrl: string;
  readonly socketUrl: string;
  /** The JWT of the user; nothing when nobody is signed in. */
  jwt(rejected: boolean): string;
}

/** The server of the application: its page, its JWTs, and the proxy in front of ticketd. */
export interface ApplicationServer {
  readonly origin: string;
  /** Whether the proxy answers ticket requests itself, with 403 and a page. */
  forbidding: boolean;
  /** Runs once after ticketd has issued the next ticket, before the client gets it. */
  beforeTicket: (() => Promise<unknown>) | undefined;
  stop(): Promise<void>;
}

const PROGRAM = new URL('program.mjs', import.meta.url);
const NOTHING = ['text/plain', 'There is nothing here'] as const;
const FORBIDDEN = '<!doctype html><title>403 Forbidden</title><h1>Request blocked</h1>';

const pageFor = (socketUrl: string) => `<!doctype html><title>A day</title><script type="module">
  import { connectWithTicket } from '/client.js';
  import { liveTheDay } from '/program.js';
  const socketUrl = '${socketUrl}';
  globalThis.client = liveTheDay({ connectWithTicket, WebSocket, origin: location.origin, socketUrl, report });
</script>`;

export const startApplicationServer = async (options: ApplicationServerOptions): Promise<ApplicationServer> => {
  const library = join(options.packagePath, 'dist/client/connect-with-ticket.js');
  const files: Readonly<Record<string, () => readonly [type: string, text: string | Buffer]>> = {
    '/': () => ['text/html', pageFor(options.socketUrl)],
    '/client.js': () => ['text/javascript', readFileSync(library)],
    '/program.js': () => ['text/javascript', readFileSync(PROGRAM)],
  };

  const answer = (response: ServerResponse, status: number, type: string, text: string | Buffer) =>
    response.writeHead(status, { 'Content-Type': type }).end(text);

  const answerTicket = async ({ headers }: IncomingMessage, response: ServerResponse) => {
    const { authorization = '', origin } = headers;
    const issued = await fetch(options.ticketUrl, {
      method: 'POST',
      headers: { authorization, ...(origin && { origin }) },
    });
    const text = await issued.text();
    const { beforeTicket } = own;
    if (issued.ok && beforeTicket) {
      own.beforeTicket = undefined;
      await beforeTicket();
    }
    response.writeHead(issued.status, Object.fromEntries(issued.headers)).end(text);
  };

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://application');
    if (pathname === '/ticket' && own.forbidding) answer(response, 403, 'text/html', FORBIDDEN);
    else if (pathname === '/ticket') answerTicket(request, response).catch(() => response.destroy());
    else if (pathname === '/token') response.end(options.jwt(searchParams.get('rejected') === 'true'));
    else answer(response, files[pathname] ? 200 : 404, ...(files[pathname]?.() ?? NOTHING));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own: ApplicationServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forbidding: false,
    beforeTicket: undefined,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return own;
};
