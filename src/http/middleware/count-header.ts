import type { IncomingMessage } from 'node:http';

/** How often a header is there, by its name in lower case; of most, Node keeps the first alone. */
export const timesGiven = ({ rawHeaders }: IncomingMessage, header: string): number => {
  let times = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === header.length && name.toLowerCase() === header) times += 1;
  }
  return times;
};
