import { InvalidValueError } from './variable.ts';

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a file, without its byte order mark; throws `InvalidValueError` with the encoding if it is not UTF-8. */
export const textOfFile = (bytes: Buffer): string => {
  const encoding = wideEncodingOf(bytes);
  if (encoding !== undefined)
    throw new InvalidValueError(
      `a file in UTF-8, found ${encoding}; in PowerShell write it with Set-Content -Encoding utf8`,
    );
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw new InvalidValueError('a file in UTF-8, found bytes that are not UTF-8, as in Latin-1 or binary data');
  }
};

/** What an error message says about a file that cannot be read. */
export const unreadable = (error: unknown): string =>
  error instanceof InvalidValueError
    ? error.message
    : `a readable file (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`;

const BYTE_ORDER_MARKS: readonly (readonly [hex: string, encoding: string])[] = [
  ['0000feff', 'UTF-32'],
  ['fffe0000', 'UTF-32'],
  ['feff', 'UTF-16'],
  ['fffe', 'UTF-16'],
];

const wideEncodingOf = (bytes: Buffer): string | undefined => {
  const start = bytes.toString('hex', 0, 4);
  const marked = BYTE_ORDER_MARKS.find(([mark]) => start.startsWith(mark));
  return marked?.[1] ?? unmarkedEncodingOf(bytes);
};

// Without a mark the zero bytes show it: half of the bytes of ASCII in UTF-16, three of four in UTF-32.
const unmarkedEncodingOf = (bytes: Buffer): string | undefined => {
  const zeros = bytes.filter((byte) => byte === 0).length / bytes.length;
  if (zeros > 0.5) return 'UTF-32';
  return zeros > 0.25 ? 'UTF-16' : undefined;
};
