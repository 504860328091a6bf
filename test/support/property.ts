import fc from 'fast-check';

/** How many cases a property has to hold in; a failure tells the seed and the path that lead to its smallest case. */
export const CASES = Number(process.env.PROPERTY_CASES ?? 10_000);

fc.configureGlobal({ numRuns: CASES });

/** Texts of any characters there are, and texts made of these words, which get further into what reads them. */
export const textOf = (...words: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.array(fc.constantFrom(...words), { maxLength: 16, size: 'max' }).map((parts) => parts.join('')),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 64, size: 'max' }) },
    {
      weight: 2,
      arbitrary: fc
        .array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 3 })), {
          maxLength: 16,
          size: 'max',
        })
        .map((parts) => parts.join('')),
    },
  );

/** Texts that have an encoding in UTF-8: without half of a surrogate pair. */
export const wellFormed = (
  options: { readonly minLength?: number; readonly maxLength?: number } = {},
): fc.Arbitrary<string> => fc.string({ unit: 'grapheme', ...options });

export const ipv4: fc.Arbitrary<string> = fc.ipV4();
export const ipv6: fc.Arbitrary<string> = fc.ipV6();
export const address: fc.Arbitrary<string> = fc.oneof(ipv4, ipv6);

/** What `work` throws; fails where it throws anything but one of that class. */
export const thrownBy = <T extends Error>(
  work: () => unknown,
  kind: abstract new (...args: never[]) => T,
): T | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
};

export { fc };
