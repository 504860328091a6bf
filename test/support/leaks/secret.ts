/** A text that must appear nowhere. */
export interface Secret {
  readonly name: string;
  readonly text: string;
}

/** A recorded text and its place. */
export interface Saying {
  readonly where: string;
  readonly text: string;
}

/** A part of a secret counts, too: any run of so many characters, at a multiple of half as many. */
const PIECE = 16;
const STEP = 8;

const hex = (text: string): string => Buffer.from(text).toString('hex');
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const percent = (text: string): string => encodeURIComponent(text);
const shifted = (text: string, by: number): Buffer => Buffer.from(text).subarray(by);

/** The encodings of a secret; base64 at each of its three offsets. */
export const forms: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'JSON-escaped': inJson,
  'JSON-escaped twice': (text) => inJson(inJson(text)),
  'percent-encoded': percent,
  'percent-encoded in lower case': (text) => percent(text).replace(/%../g, (byte) => byte.toLowerCase()),
  'percent-encoded, every byte': (text) => hex(text).toUpperCase().replace(/../g, '%$&'),
  'form-encoded': (text) => new URLSearchParams({ '': text }).toString().slice(1),
  'HTML-escaped': (text) => text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`),
  hex,
  base64: (text) => shifted(text, 0).toString('base64').replace(/=+$/, ''),
  'base64, one byte in': (text) => shifted(text, 1).toString('base64').replace(/=+$/, ''),
  'base64, two bytes in': (text) => shifted(text, 2).toString('base64').replace(/=+$/, ''),
  base64url: (text) => shifted(text, 0).toString('base64url'),
  'base64url, one byte in': (text) => shifted(text, 1).toString('base64url'),
  'base64url, two bytes in': (text) => shifted(text, 2).toString('base64url'),
};

/** Every place where a secret appears, in any form, whole or in part: `the gateway key (base64) in the log`. */
export const leaksIn = (secrets: readonly Secret[], sayings: readonly Saying[]): readonly string[] =>
  secrets.flatMap(({ name, text }) =>
    Object.entries(forms).flatMap(([form, encode]) => {
      const pieces = piecesOf(encode(text));
      const telling = sayings.filter((saying) => pieces.some((piece) => saying.text.includes(piece)));
      return [...new Set(telling.map(({ where }) => `${name} (${form}) in ${where}`))];
    }),
  );

const piecesOf = (text: string): readonly string[] => {
  const starts = Array.from({ length: Math.max(1, Math.ceil((text.length - PIECE) / STEP) + 1) }, (_, n) => n * STEP);
  return starts.map((start) => text.slice(Math.min(start, Math.max(0, text.length - PIECE))).slice(0, PIECE));
};
