import { once } from 'node:events';
import { connect } from 'node:net';
import { type RawAnswer, rawRequest } from './raw-http.ts';

/** One connection that is kept, on which requests follow each other without waiting for the answers. */
export interface Pipelined {
  /** Sends a POST with exactly these bytes as its body; resolves with the answer. */
  post(path: string, headers: readonly string[], body: Buffer): Promise<RawAnswer>;
  close(): void;
}

export const openPipelined = async (url: string): Promise<Pipelined> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.setNoDelay(true);
  const waiting: { readonly resolve: (answer: RawAnswer) => void; readonly reject: (error: Error) => void }[] = [];
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
    for (let whole = wholeAnswer(received); whole !== undefined; whole = wholeAnswer(received)) {
      received = received.slice(whole.length);
      waiting.shift()?.resolve(whole.answer);
    }
  });
  const fail = (error: Error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  socket.on('error', fail).on('close', () => fail(new Error(`the connection was closed; left over: ${received}`)));
  await once(socket, 'connect');
  return {
    post: (path, headers, body) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        const lines = ['Host: ticketd', `Content-Length: ${body.length}`, ...headers];
        // In one piece: the kernel would keep the second one back.
        socket.write(Buffer.concat([Buffer.from(rawRequest(`POST ${path} HTTP/1.1`, lines), 'latin1'), body]));
      }),
    close: () => socket.destroy(),
  };
};

const HEAD = /^HTTP\/1\.1 (\d{3}) [^\r]*\r\n([\s\S]*?)\r\n\r\n/;

const wholeAnswer = (text: string): { readonly answer: RawAnswer; readonly length: number } | undefined => {
  const head = HEAD.exec(text);
  if (head === null) return undefined;
  const [{ length: bodyAt }, status, lines = ''] = head;
  const headers = Object.fromEntries(
    lines.split('\r\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = bodyAt + Number(headers['content-length'] ?? 0);
  if (text.length < length) return undefined;
  return { answer: { status: Number(status), headers, body: text.slice(bodyAt, length) }, length };
};
