import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { splitCommaList } from '../protocol/text.ts';
import { pemBlocks } from './pem.ts';
import { textOfFile, unreadable } from './text-file.ts';
import { InvalidValueError, type Parser } from './variable.ts';

const IN_QUOTES = /^(["'])[\s\S]*\1$/;

/** Throws for a value in quotes: no variable can mean them, and a secret with them is another secret. */
export const requireUnquoted = (text: string): void => {
  if (IN_QUOTES.test(text.trim()))
    throw new InvalidValueError(
      'a value without quotes around it; `--env-file` of docker keeps quotes as part of the value',
    );
};

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
      requireUnquoted(entry);
      return item(entry);
    });

const TICKET_MEMBERS = ['active', 'iss', 'sub', 'sid', 'aud', 'exp', 'nbf', 'iat', 'jti', 'token_type', 'channel'];

/** The name of a claim that a ticket may carry: none that says something about the ticket itself. */
export const ticketClaim: Parser<string> = (name) => {
  if (TICKET_MEMBERS.includes(name))
    throw new InvalidValueError(`names of claims other than ${TICKET_MEMBERS.join(', ')}`);
  return text(128)(name);
};

const GATEWAY_KEY = /^[\x21-\x2B\x2D-\x7E]{32,512}$/;

const visibleAscii = matching(GATEWAY_KEY, '32 to 512 visible ASCII characters in each of the comma-separated keys');

/** Visible ASCII, as a header can contain it, without the comma, which separates keys. */
export const gatewayKey: Parser<string> = (text) => {
  // The gateway library has the key from its own environment.
  requireUnquoted(text);
  return visibleAscii(text);
};

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

const CERTIFICATES = 'a file of certificates in PEM';

/** The PEM certificates, one or more, in the file at a path. */
export const certificates: Parser<string> = (path) => {
  const blocks = pemBlocks(readFile(path), CERTIFICATES).filter(({ label }) => label === 'CERTIFICATE');
  if (blocks.length === 0) throw new InvalidValueError(`${CERTIFICATES}; found no certificate`);
  const broken = blocks.find(({ pem }) => !isCertificate(pem));
  if (broken !== undefined) throw new InvalidValueError(`${CERTIFICATES}; ${broken.name} cannot be read`);
  return blocks.map(({ pem }) => pem).join('\n');
};

export const readFile = (path: string): string => {
  try {
    // Reading a pipe would wait for a writer.
    if (!statSync(path).isFile()) throw new InvalidValueError('a regular file');
    return textOfFile(readFileSync(path));
  } catch (error) {
    throw new InvalidValueError(unreadable(error));
  }
};

const isCertificate = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
};
