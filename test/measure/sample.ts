// Leaves most mutants of a large folder untested: the same ones in every run, as long as the code stays the same.
import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { type Checker, type CheckResult, CheckStatus } from '@stryker-mutator/api/check';
import type { Mutant } from '@stryker-mutator/api/core';
import { commonTokens, declareFactoryPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { folderOf } from './by-folder.ts';

export const SAMPLE = 'sample';

/** By folder, the share of its mutants to test, from 0 to 1. */
export type Shares = Readonly<Record<string, number>>;

export const isInSample = ({ fileName, id }: Pick<Mutant, 'fileName' | 'id'>, shares: Shares): boolean => {
  const file = relative('', fileName);
  const hash = createHash('sha256').update(`${file}:${id}`).digest();
  return hash.readUInt32BE() / 2 ** 32 < (shares[folderOf(file)] ?? 0);
};

const createSample = ({ shares }: { readonly shares: Shares }): Checker => ({
  init: async () => {},
  check: async (mutants) => Object.fromEntries(mutants.map((mutant) => [mutant.id, verdictOn(mutant, shares)])),
  group: async (mutants) => [mutants.map(({ id }) => id)],
});

export const strykerPlugins = [
  declareFactoryPlugin(
    PluginKind.Checker,
    SAMPLE,
    Object.assign(createSample as unknown as () => Checker, { inject: tokens(commonTokens.options) }),
  ),
];

// Stryker has no word of its own for a mutant that is left out at this point.
const verdictOn = (mutant: Mutant, shares: Shares): CheckResult =>
  isInSample(mutant, shares)
    ? { status: CheckStatus.Passed }
    : { status: CheckStatus.CompileError, reason: 'not in the sample' };
