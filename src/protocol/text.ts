// A JSON string may have half of a surrogate pair, which UTF-8 cannot: two names that differ in it alone would become one.
const HALF_OF_A_PAIR = /\p{Surrogate}/u;

/** Whether a value is a string of 1 to `max` characters: code points, as JSON Schema counts, not UTF-16 units. */
export const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value !== '' && isWithin(value, max) && !HALF_OF_A_PAIR.test(value);

// A code point is one UTF-16 unit or two.
const isWithin = (text: string, max: number): boolean =>
  text.length <= max || (text.length <= 2 * max && [...text].length <= max);

/** The entries of a comma-separated list, each trimmed; an empty entry is an empty string. */
export const splitCommaList = (text: string): readonly string[] => text.split(',').map((entry) => entry.trim());
