import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Calls back once, when a request has been answered or its connection has gone. Of the latter Node tells only the first
 * of several answers that a connection waits for.
 */
export const onRequestEnd = ({ socket }: IncomingMessage, response: ServerResponse, callback: () => void): void => {
  const end = () => {
    response.off('close', end);
    socket.off('close', end);
    callback();
  };
  response.once('close', end);
  socket.once('close', end);
};
