import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { splitCommaList } from '../protocol/text.ts';
import { InvalidValueError, type Parser } from './variable.ts';

export const integer =
  (min: number, max: number): Parser<number> =>
  (text) => {
    const value = Number(text);
    if (!/^\d{1,10}$/.test(text) || value < min || value > max)
      throw new InvalidValueError(`a whole number from ${min} to ${max}`);
    return value;
  };

// Longer than any useful timeout here, shorter than the maximum of a Node.js timer.
const MAX_MS = 600_000;

export const milliseconds = (min: number): Parser<number> => integer(min, MAX_MS);

export const oneOf =
  <const T extends string>(...values: readonly T[]): Parser<T> =>
  (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) throw new InvalidValueError(`one of ${values.join(', ')}`);
    return value;
  };

export const boolean: Parser<boolean> = (text) => oneOf('true', 'false')(text) === 'true';

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;

export const host: Parser<string> = (text) => {
  const looksNumeric = /^[\d.]+$/.test(text);
  if (isIP(text) === 0 && (looksNumeric || !HOST_NAME.test(text)))
    throw new InvalidValueError('a host name or an IP address');
  return text;
};

export const portOrOff: Parser<number | 'off'> = (text) => {
  if (text === 'off') return 'off';
  try {
    return integer(0, 65_535)(text);
  } catch {
    throw new InvalidValueError('a whole number from 0 to 65535, or off');
  }
};

export const matching =
  (pattern: RegExp, expected: string): Parser<string> =>
  (text) => {
    if (!pattern.test(text)) throw new InvalidValueError(expected);
    return text;
  };

export const text = (max: number): Parser<string> =>
  matching(new RegExp(`^[^\\p{Cc}]{1,${max}}$`, 'u'), `1 to ${max} printable characters`);

/** A comma-separated list, each entry trimmed and parsed by `item`; none may be empty. */
export const listOf =
  <T>(item: Parser<T>): Parser<readonly T[]> =>
  (text) =>
    splitCommaList(text).map((entry) => {
      if (entry === '') throw new InvalidValueError('a comma-separated list without empty entries');
      return item(entry);
    });

const GATEWAY_KEY = /^[\x21-\x2B\x2D-\x7E]{32,512}$/;

/** Visible ASCII, as a header can contain it, without the comma, which separates keys. */
export const gatewayKey = matching(
  GATEWAY_KEY,
  '32 to 512 visible ASCII characters in each of the comma-separated keys',
);

/** An origin as browsers serialize it (RFC 6454, section 6.2), since it is compared with the `Origin` header. */
export const origin: Parser<string> = (text) => {
  if (!ORIGIN.test(text) || (/^https?:/.test(text) && !isSerialized(text)))
    throw new InvalidValueError(
      'exact origins such as https://app.example or http://localhost:8080, without a path, never *',
    );
  return text;
};

const isSerialized = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

// Apps and extensions have schemes of their own.
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s,*"]+$/;

/** At most `tickets` tickets for each subject in a window of `seconds` that starts with its first ticket. */
export interface RateLimit {
  readonly tickets: number;
  readonly seconds: number;
}

const RATE_LIMIT = /^(\d{1,7})\/(\d{1,5})$/;
const MAX_TICKETS = 1_000_000;
const MAX_SECONDS = 86_400;

/** `N/S`, N tickets in S seconds, or `off`. */
export const rateLimitOrOff: Parser<RateLimit | 'off'> = (text) => {
  if (text === 'off') return 'off';
  const [, tickets, seconds] = (RATE_LIMIT.exec(text) ?? []).map(Number);
  if (!isFromOneTo(tickets, MAX_TICKETS) || !isFromOneTo(seconds, MAX_SECONDS))
    throw new InvalidValueError(`N/S, 1 to ${MAX_TICKETS} tickets in 1 to ${MAX_SECONDS} seconds, or off`);
  return { tickets, seconds };
};

const isFromOneTo = (value: number | undefined, max: number): value is number =>
  value !== undefined && value >= 1 && value <= max;

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The PEM certificates, one or more, in the file at a path. */
export const certificates: Parser<string> = (path) => {
  const pem = readFile(path).match(PEM_CERTIFICATE) ?? [];
  if (pem.length === 0 || !pem.every(isCertificate)) throw new InvalidValueError('a file of certificates in PEM');
  return pem.join('\n');
};

export const readFile = (path: string): string => {
  try {
    // Reading a pipe would wait for a writer.
    if (!statSync(path).isFile()) throw new InvalidValueError('a regular file');
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof InvalidValueError) throw error;
    throw new InvalidValueError(`a readable file (${(error as NodeJS.ErrnoException).code})`);
  }
};

const isCertificate = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
};
