import { createInterface } from 'node:readline';

/** Prints ticketd's log in a form for people, and calls `onEvent` with each event. */
export async function createLogReader(onEvent) {
  // Installed only after this process started.
  const { prettyFactory } = await import('pino-pretty');
  const format = prettyFactory({
    singleLine: true,
    ignore: 'service,version,event',
    messageFormat: '{event}: {msg}',
    colorize: process.stdout.isTTY === true && !process.env.NO_COLOR,
  });
  const read = (line) => {
    console.log(format(line).trimEnd());
    const event = parse(line);
    if (event) onEvent(event);
  };
  return (stdout) => createInterface({ input: stdout }).on('line', read);
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
