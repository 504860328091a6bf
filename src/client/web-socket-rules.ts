// What `WebSocket` refuses before it does anything (WHATWG WebSockets Standard).

/** An error as `WebSocket` throws it, also where there is no `DOMException`. */
export const domError = (name: string, message: string): Error => {
  const { DOMException } = globalThis as { readonly DOMException?: new (message: string, name: string) => Error };
  return DOMException ? new DOMException(message, name) : Object.assign(new Error(message), { name });
};

const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;

/** Returns the subprotocols as a list. Throws a `SyntaxError` for one that is repeated or not a token. */
export const checkProtocols = (protocols: string | readonly string[]): readonly string[] => {
  const list = typeof protocols === 'string' ? [protocols] : [...protocols];
  const isUnique = new Set(list.map((name) => `${name}`.toLowerCase())).size === list.length;
  if (isUnique && list.every((name) => TOKEN.test(name))) return list;
  throw domError('SyntaxError', `not a list of subprotocols: ${list}`);
};

const LONGEST_REASON = 123;

/** Throws where a page must not close with this code or reason. */
export const checkClose = (code: number | undefined, reason: string): void => {
  if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999))
    throw domError('InvalidAccessError', `the close code must be 1000 or 3000 to 4999, not ${code}`);
  if (encodeURIComponent(reason).replace(/%../g, '-').length > LONGEST_REASON)
    throw domError('SyntaxError', `the reason is longer than ${LONGEST_REASON} bytes`);
};
