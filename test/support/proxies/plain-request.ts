import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { until } from '../until.ts';

export interface PlainAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

type Headers = Readonly<Record<string, string>>;

/** Sends a GET with exactly this target, on a connection of its own, and reads the whole answer. */
export const getPlainly = async (origin: string, uri: string, headers: Headers = {}): Promise<PlainAnswer> => {
  const response = await answerTo(origin, uri, headers);
  return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) };
};

/** An answer that is still open. */
export interface OpenStream {
  readonly status: number;
  /** Resolves once it has received this. */
  untilReceived(expected: string): Promise<void>;
  untilEnded(): Promise<void>;
  close(): void;
}

/** Sends a GET as an EventSource does. */
export const openEvents = async (origin: string, uri: string, headers: Headers = {}): Promise<OpenStream> => {
  const response = await answerTo(origin, uri, { ...headers, Accept: 'text/event-stream' });
  let received = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    received += chunk;
  });
  response.on('error', () => {});
  return {
    status: response.statusCode ?? 0,
    untilReceived: (expected) => until(`${expected} is received`, () => received.includes(expected)).then(() => {}),
    untilEnded: () => until('the stream ends', () => response.readableEnded).then(() => {}),
    close: () => response.destroy(),
  };
};

const answerTo = async (origin: string, uri: string, headers: Headers): Promise<IncomingMessage> => {
  const { hostname, port } = new URL(origin);
  const asked = request({ hostname, port, path: uri, headers, agent: false }).end();
  const [response] = await once(asked, 'response');
  return response;
};
