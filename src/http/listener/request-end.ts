import type { IncomingMessage, ServerResponse } from 'node:http';

const ENDINGS = Symbol('what is called at the end of a request');

interface Answering extends ServerResponse {
  [ENDINGS]?: (() => void)[];
}

/** Calls back once, when a request has been answered or its connection has gone. */
export const onRequestEnd = ({ socket }: IncomingMessage, response: Answering, callback: () => void): void => {
  const known = response[ENDINGS];
  if (known !== undefined) return void known.push(callback);
  const endings = [callback];
  response[ENDINGS] = endings;
  const end = () => {
    for (const ending of endings.splice(0)) ending();
  };
  response.on('close', end);
  if (response.socket === socket) return;
  // Others of the same connection are to be answered before: Node would not tell when that goes.
  socket.on('close', end);
  endings.push(() => socket.off('close', end));
};
