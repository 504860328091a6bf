import { connect } from 'node:net';

/** One answer as it came over the wire; header names in lower case. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Sends exactly these bytes and resolves with all that came back once the service has closed the connection;
 * `end` closes this side's half right after them.
 */
export const exchange = (url: string, bytes: string | Buffer, { end = false } = {}): Promise<readonly RawAnswer[]> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let text = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`the connection is still open; so far: ${text}`));
    }, TIMEOUT_MS);
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
    });
    // The service may hang up on what is still being sent; what counts is what it had said by then.
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(answersIn(text));
    });
    socket.write(bytes);
    if (end) socket.end();
  });

/** A request line, header lines and a body as one string. */
export const rawRequest = (line: string, headers: readonly string[] = [], body = ''): string =>
  [line, ...headers, '', body].join('\r\n');

/** The answers that a connection carried, one after the other. */
export const answersIn = (text: string): readonly RawAnswer[] => {
  const answers: RawAnswer[] = [];
  for (let rest = text; rest !== ''; ) {
    const [answer, length] = firstAnswer(rest);
    answers.push(answer);
    rest = rest.slice(length);
  }
  return answers;
};

const firstAnswer = (text: string): readonly [RawAnswer, number] => {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1];
  if (end < 0 || status === undefined) throw new Error(`not an HTTP answer: ${text}`);
  const headers = Object.fromEntries(lines.map(headerOf));
  const bodyAt = end + 4;
  const bodyEnd = headers['transfer-encoding'] ? text.length : bodyAt + Number(headers['content-length'] ?? 0);
  return [{ status: Number(status), headers, body: text.slice(bodyAt, bodyEnd) }, bodyEnd];
};

const headerOf = (line: string): [string, string] => {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
};
