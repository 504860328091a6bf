const MAX_CHARACTERS = 1024;

const SECRETS: readonly [RegExp, string][] = [
  [/eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*)?/g, '[jwt]'],
  [/wst_[A-Za-z0-9_-]+/g, '[ticket]'],
  [/:\/\/[^/\s@]*@/g, '://[credentials]@'],
];

/** A string fit for the log: nothing shaped like a JWT, a ticket or a URL's credentials, and at most 1,024 characters. */
export const scrub = (text: string): string => {
  const short = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
  return SECRETS.reduce((clean, [secret, name]) => clean.replace(secret, name), short);
};
