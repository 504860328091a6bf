/** Calls `then` after Node has read what has arrived on every connection: after a whole turn of the event loop. */
export const afterNextRead = (then: () => void): void => void setImmediate(() => setImmediate(then));
