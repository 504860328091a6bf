import type { Problem } from './config-error.ts';
import type { Config, Section } from './variables.ts';

type Path = { [S in Section]: `${S}.${keyof Config[S] & string}` }[Section];

/** A rule for several variables, each of which is valid by itself. */
export interface Rule {
  readonly needs: readonly Path[];
  check(config: Config): Problem | undefined;
}

export const rule = (needs: Rule['needs'], check: Rule['check']): Rule => ({ needs, check });
