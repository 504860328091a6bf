/** Turns a variable's text into its value; throws `Expected` where it cannot. */
export type Parser<T> = (text: string) => T;

/** What a variable should have held, put so that it can follow the word "expected". Never holds the value itself. */
export class Expected extends Error {
  override readonly name = 'Expected';
}

/** A default, as the text that one would set; some depend on whether `NODE_ENV` is `production`. */
export type Default = string | { readonly production: string; readonly otherwise: string };

/** One environment variable: parsing, `check-config` and README's table all come from this row. */
export interface Field<T> {
  readonly name: string;
  readonly default?: Default;
  readonly parse: Parser<T>;
  readonly doc: string;
  /** A secret's value is never shown, and `NAME_FILE` may stand for `NAME`. */
  readonly secret: boolean;
  /** How a secret is shown instead; eight asterisks unless told. */
  readonly mask?: (text: string) => string;
}

type Row<T> = Omit<Field<T>, 'secret' | 'default'> & { readonly secret?: boolean };

/** A variable that always has a value. */
export const field = <T>(row: Row<T> & { readonly default: Default }): Field<T> => ({ secret: false, ...row });

/** A variable that may be left unset. */
export const optional = <T>(row: Row<T>): Field<T | undefined> => ({ secret: false, ...row });
