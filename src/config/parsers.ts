import { isIP } from 'node:net';
import { splitCommaList } from '../protocol/text.ts';
import { Expected, type Parser } from './field.ts';

export const integer =
  (min: number, max: number): Parser<number> =>
  (text) => {
    const value = Number(text);
    if (!/^\d{1,10}$/.test(text) || value < min || value > max)
      throw new Expected(`a whole number from ${min} to ${max}`);
    return value;
  };

// Longer than any of these waits should be, shorter than what a Node.js timer can hold.
const MAX_MS = 600_000;

export const milliseconds = (min: number): Parser<number> => integer(min, MAX_MS);

export const oneOf =
  <const T extends string>(...values: readonly T[]): Parser<T> =>
  (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) throw new Expected(`one of ${values.join(', ')}`);
    return value;
  };

export const boolean: Parser<boolean> = (text) => oneOf('true', 'false')(text) === 'true';

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;

export const host: Parser<string> = (text) => {
  const looksNumeric = /^[\d.]+$/.test(text);
  if (isIP(text) === 0 && (looksNumeric || !HOST_NAME.test(text))) throw new Expected('a host name or an IP address');
  return text;
};

export const portOrOff: Parser<number | 'off'> = (text) => {
  if (text === 'off') return 'off';
  try {
    return integer(0, 65_535)(text);
  } catch {
    throw new Expected('a whole number from 0 to 65535, or off');
  }
};

export const matching =
  (pattern: RegExp, expected: string): Parser<string> =>
  (text) => {
    if (!pattern.test(text)) throw new Expected(expected);
    return text;
  };

export const text = (max: number): Parser<string> =>
  matching(new RegExp(`^[^\\p{Cc}]{1,${max}}$`, 'u'), `1 to ${max} printable characters`);

/** A comma-separated list, each entry trimmed and parsed by `item`; none may be empty. */
export const listOf =
  <T>(item: Parser<T>): Parser<readonly T[]> =>
  (text) =>
    splitCommaList(text).map((entry) => {
      if (entry === '') throw new Expected('a comma-separated list without empty entries');
      return item(entry);
    });

const GATEWAY_KEY = /^[\x21-\x2B\x2D-\x7E]{32,512}$/;

/** Visible ASCII, as a header can carry it, without the comma that parts one from the next. */
export const gatewayKey = matching(
  GATEWAY_KEY,
  '32 to 512 visible ASCII characters in each of the comma-separated keys',
);

/** An origin as browsers serialize it (RFC 6454, section 6.2), which is how it is compared. */
export const origin: Parser<string> = (text) => {
  if (!ORIGIN.test(text) || (/^https?:/.test(text) && !isSerialized(text)))
    throw new Expected('exact origins such as https://app.example or http://localhost:8080, without a path, never *');
  return text;
};

const isSerialized = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

// Beside https: the schemes of their own that apps and extensions have.
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s,*"]+$/;
