import type { Redis } from 'ioredis';

type Stream = Pick<Redis['stream'], 'cork' | 'uncork' | 'writableCorked'>;

/**
 * Has a client write the commands of one turn of the event loop together: a system call for each would be a good part
 * of what a ticket costs. Unlike ioredis' own auto-pipelining it keeps no command back while others wait for answers,
 * which on a hung Redis would send it seconds later.
 */
export const batchWrites = (client: Redis): Redis => {
  const sendCommand = client.sendCommand.bind(client);
  client.sendCommand = (...command) => {
    // Lacking until the first connection.
    const stream: Stream | undefined = client.stream;
    if (stream !== undefined && stream.writableCorked === 0) holdForThisTurn(stream);
    return sendCommand(...command);
  };
  return client;
};

const holdForThisTurn = (stream: Stream): void => {
  stream.cork();
  setImmediate(() => stream.uncork());
};
