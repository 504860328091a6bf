/**
 * The place of an entry among all revocations: 13 digits of milliseconds by the clock of the store and 10 digits that
 * count, so that positions compare as strings.
 */
export type Position = string;

/** The position before every entry. */
export const FIRST_POSITION: Position = `${'0'.repeat(13)}-${'0'.repeat(10)}`;

export const positionOf = (ms: number, count: number): Position =>
  `${String(ms).padStart(13, '0')}-${String(count).padStart(10, '0')}`;

const FORM = /^(\d{13})-(\d{10})$/;

/** The milliseconds and the count of a position; `undefined` for any other text. */
export const partsOf = (text: string): { readonly ms: number; readonly count: number } | undefined => {
  const [, ms, count] = FORM.exec(text) ?? [];
  return ms === undefined ? undefined : { ms: Number(ms), count: Number(count) };
};

/** One revocation; `key` is one of the revocation keys of the tickets and sockets that it voids. */
export interface RevocationEntry {
  readonly position: Position;
  readonly key: string;
}
