/** One message of a stream of server-sent events. */
export interface StreamMessage {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

/** What outlives one connection. */
export interface StreamPosition {
  /** The id that the server sent last. */
  lastEventId: string;
  /** How long the server asks to wait before a reconnect. */
  retryMs: number | undefined;
}

/**
 * Reads the text of a stream as it arrives, and keeps the position up to date (HTML Living Standard, "Server-sent
 * events"). Unlike eventsource-parser it reads an id that comes without data.
 */
export const createStreamParser = (
  position: StreamPosition,
  onMessage: (message: StreamMessage) => void,
): ((text: string) => void) => {
  let unfinished = '';
  let endedInCarriageReturn = false;
  let id = position.lastEventId;
  let type = '';
  let data = '';

  const setField = (name: string, value: string) => {
    if (name === 'event') type = value;
    else if (name === 'data') data += `${value}\n`;
    else if (name === 'id' && !value.includes('\0')) id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) position.retryMs = Number(value);
  };

  const dispatch = () => {
    position.lastEventId = id;
    const message = { type: type || 'message', data: data.slice(0, -1), lastEventId: id };
    const isEmpty = !data;
    type = '';
    data = '';
    if (!isEmpty) onMessage(message);
  };

  const readLine = (line: string) => {
    if (!line) return dispatch();
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    setField(name, value);
  };

  return (text) => {
    if (!text) return;
    // A carriage return ends a line immediately; the line feed of a pair may come with the next text.
    const lines = (endedInCarriageReturn ? text.replace(/^\n/, '') : text).split(/\r\n|\n|\r/);
    endedInCarriageReturn = text.endsWith('\r');
    lines[0] = unfinished + lines[0];
    unfinished = lines.pop() ?? '';
    for (const line of lines) readLine(line);
  };
};
