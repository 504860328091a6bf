/** One block of an event stream that has an id, a type or data. */
export interface StreamBlock {
  readonly id: string | undefined;
  /** The type of the event; empty by default. */
  readonly event: string;
  readonly data: string;
}

// Far above any block of ticketd.
const MAX_CHARACTERS = 65_536;

/**
 * Makes a function that takes the text of an event stream, in parts of any length, and calls `onBlock` for each complete
 * block; throws where a block is too long. It also passes on a block that has an id only, which the parsers of npm drop.
 * Lines end in LF or CRLF (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
 */
export const createEventStreamParser = (onBlock: (block: StreamBlock) => void): ((text: string) => void) => {
  let rest = '';
  let fields: (readonly [name: string, value: string])[] = [];
  let length = 0;

  const takeLine = (line: string): void => {
    length += line.length;
    if (length > MAX_CHARACTERS) throw new Error('an event is too long');
    if (line !== '') return void fields.push(fieldOf(line));
    const block = blockOf(fields);
    fields = [];
    length = 0;
    if (block !== undefined) onBlock(block);
  };

  return (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) takeLine(line);
    if (length + rest.length > MAX_CHARACTERS) throw new Error('an event is too long');
  };
};

const fieldOf = (line: string): readonly [string, string] => {
  const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
  return [name, value];
};

const blockOf = (fields: readonly (readonly [string, string])[]): StreamBlock | undefined => {
  const valuesOf = (name: string) => fields.filter(([other]) => other === name).map(([, value]) => value);
  const block = { id: valuesOf('id').at(-1), event: valuesOf('event').at(-1) ?? '', data: valuesOf('data').join('\n') };
  return block.id === undefined && `${block.event}${block.data}` === '' ? undefined : block;
};
