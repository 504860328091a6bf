import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { CONNECTION_LIMITS, type ConnectionLimits } from '../../src/http/server/limits.ts';
import { createListener, type Listener } from '../../src/http/server/listener.ts';
import { type Emitted, recordEvents } from './emitted.ts';

/** A listener on a free port of this machine. */
export interface RunningListener extends Listener {
  readonly url: string;
  readonly port: number;
  readonly emitted: readonly Emitted[];
}

const KEEP_ALIVE_MS = 75_000;

export const startListener = async (
  handler: RequestListener,
  limits: Partial<ConnectionLimits> = {},
): Promise<RunningListener> => {
  const { emit, emitted } = recordEvents();
  const where = { name: 'public', host: '127.0.0.1', port: 0, keepAliveMs: KEEP_ALIVE_MS };
  const listener = createListener({ ...where, handler, emit, limits: { ...CONNECTION_LIMITS, ...limits } });
  await listener.start();
  const port = Number(emitted[0]?.fields.port);
  return Object.assign(listener, { url: `http://127.0.0.1:${port}`, port, emitted });
};

/** A handler that leaves each request open until the test answers it. */
export const heldRequests = () => {
  const started: { readonly request: IncomingMessage; readonly response: ServerResponse }[] = [];
  let waiting: ServerResponse[] = [];
  let holding = true;
  const handler: RequestListener = (request, response) => {
    started.push({ request, response });
    if (holding) waiting.push(response);
    else end(response);
  };
  const answer = (): void => {
    const ready = waiting;
    waiting = [];
    for (const response of ready) end(response);
  };
  return {
    handler,
    started,
    /** Where the requests that have started go to, in their order. */
    get paths() {
      return started.map(({ request }) => request.url);
    },
    /** Answers all that have started and are not answered yet. */
    answer,
    /** The same, and answers all later ones immediately. */
    release: (): void => {
      holding = false;
      answer();
    },
  };
};

const end = (response: ServerResponse): void => void response.end(response.req.url);
