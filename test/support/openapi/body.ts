/** The body of an answer on its way. */
export interface Body {
  /** Takes the next bytes; `type` is the content type of the answer. */
  add(chunk: Uint8Array, type: unknown): void;
  end(): void;
}

const END_OF_EVENT = '\n\n';

/** Passes a body on once it is complete; that of an event stream, which may never end, event by event. */
export const createBody = (pass: (body: string) => void): Body => {
  let bytes = Buffer.alloc(0);
  return {
    add: (chunk, type) => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.lastIndexOf(END_OF_EVENT) + END_OF_EVENT.length;
      if (end < END_OF_EVENT.length || !String(type).startsWith('text/event-stream')) return;
      pass(bytes.subarray(0, end).toString());
      bytes = bytes.subarray(end);
    },
    end: () => pass(bytes.toString()),
  };
};
