const MAX_CHARACTERS = 512;

const SECRETS: readonly [RegExp, string][] = [
  [/eyJ[A-Za-z0-9_-]{10,}(\.[A-Za-z0-9_-]*){0,4}/g, '[jwt]'],
  [/wst_[A-Za-z0-9_-]+/g, '[ticket]'],
  [/:\/\/[^/\s]*@/g, '://[credentials]@'],
  // Redis repeats the arguments of an unknown command, such as a renamed AUTH.
  [/with args beginning with:.*/gs, 'with args [removed]'],
];

// How each of them begins: nearly every string has none of it, which one test finds out.
const SUSPECT = /eyJ|wst_|:\/\/|with args/;

/** Whether a string may be logged unchanged. */
export const isClean = (text: string): boolean => text.length <= MAX_CHARACTERS && !SUSPECT.test(text);

/**
 * A string for the log: without what looks like a JWT, a ticket, credentials in a URL or arguments of a Redis command,
 * at most 512 characters.
 */
export const scrub = (text: string): string => {
  if (isClean(text)) return text;
  const clean = SECRETS.reduce((dirty, [secret, name]) => dirty.replace(secret, name), text);
  return clean.length > MAX_CHARACTERS ? `${clean.slice(0, MAX_CHARACTERS)}…` : clean;
};

/** A text from outside in an error message: as a JSON string in ASCII, scrubbed, of at most `max` characters. */
export const quoted = (text: string, max = 128): string => {
  const clean = scrub(text);
  const json = JSON.stringify(clean.length > max ? `${clean.slice(0, max)}...` : clean);
  return json.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
};
