import { type TcpServer, tcpServer } from './tcp-server.ts';

/** What the stand-in says to a command, in RESP. */
export type Replies = (command: string) => string;

/** Speaks just enough RESP to say what a real server of the tests cannot be made to say. */
export const fakeRedis = (replies: Replies, at = 0): Promise<TcpServer> =>
  tcpServer((socket) => {
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const command of commandsIn(text)) socket.write(replies(command));
    });
  }, at);

export const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

// Each command is `*<n>` and then n pairs of `$<length>` and the word itself; the first word names it.
const commandsIn = (text: string): readonly string[] =>
  text
    .split(/(?:^|\r\n)\*\d+\r\n/)
    .filter((words) => words !== '')
    .map((words) => (words.split('\r\n')[1] ?? '').toUpperCase());
