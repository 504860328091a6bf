/** Parses the text of a variable; throws `InvalidValueError` when it is invalid. */
export type Parser<T> = (text: string) => T;

/** A message that says what a variable must contain, to follow the word "expected". It never contains the value itself. */
export class InvalidValueError extends Error {
  override readonly name = 'InvalidValueError';
}

/** A default, as the text of the variable; some depend on whether `NODE_ENV` is `production`. */
export type Default = string | { readonly production: string; readonly otherwise: string };

/** One environment variable, as a row of the table in `variables.ts`. */
export interface Variable<T> {
  readonly name: string;
  readonly default?: Default;
  readonly parse: Parser<T>;
  readonly doc: string;
  /** The value of a secret is never shown, and `NAME_FILE` may replace `NAME`. */
  readonly secret: boolean;
  /** How a secret is shown instead; by default as eight asterisks. */
  readonly mask?: (text: string) => string;
}

type Row<T> = Omit<Variable<T>, 'secret' | 'default'> & { readonly secret?: boolean };

/** A variable that always has a value. */
export const variable = <T>(row: Row<T> & { readonly default: Default }): Variable<T> => ({ secret: false, ...row });

/** A variable that may be left unset. */
export const optional = <T>(row: Row<T>): Variable<T | undefined> => ({ secret: false, ...row });
