// How many faults put into src/ make a unit or property test fail, by folder:
//   npm run mutate             a sample of every folder, and the table in test/README.md
//   npm run mutate -- redis    all of src/redis, and each mutant that no test noticed
//   npm run mutate -- redis test/unit/redis test/properties    the same, by fewer tests and sooner
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';
import { folderOf } from './by-folder.ts';
import { MOCHA_RUNNER } from './mocha-runner.ts';
import { writeToPage } from './page.ts';
import { SAMPLE, type Shares } from './sample.ts';
import { scoreTable } from './scores.ts';

/** The number of lines of a folder whose mutants are tested, or all it has. */
const LINES_SAMPLED = 400;
const TESTS = ['test/unit', 'test/properties'];
/**
 * They read the text of src/, which differs in the copy that has the mutants; are not about src/; take too long; or need
 * the strict mode of modules, in which the copy is not loaded.
 */
const LEFT_OUT =
  /\/unit\/(architecture|bench|build|capacity|docs|measure|openapi)\b|\/package\.test|\/properties\/bodies\b|-hostile\b/;

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
// A mutant is to meet many cases, not every one.
process.env.PROPERTY_CASES ??= '500';

const filesIn = (folder: string, end: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(end))
    .map((file) => `${folder}/${file}`);

const linesOf = (file: string): number => readFileSync(file, 'utf8').split('\n').length;

const sharesOf = (files: readonly string[], linesWanted: number): Shares => {
  const lines: Record<string, number> = {};
  for (const file of files) lines[folderOf(file)] = (lines[folderOf(file)] ?? 0) + linesOf(file);
  return Object.fromEntries(Object.entries(lines).map(([folder, count]) => [folder, Math.min(1, linesWanted / count)]));
};

const [folder, ...tests] = process.argv.slice(2);
const mutated = filesIn(folder === undefined ? 'src' : `src/${folder}`, '.ts').filter(
  (file) => !file.endsWith('.d.ts'),
);
const shares = sharesOf(mutated, folder === undefined ? LINES_SAMPLED : Number.POSITIVE_INFINITY);

const stryker = new Stryker({
  mutate: [...mutated],
  testFiles: (tests.length > 0 ? tests : TESTS)
    .flatMap((one) => filesIn(one, '.test.ts'))
    .filter((file) => !LEFT_OUT.test(file)),
  plugins: ['mocha-runner', 'sample'].map((name) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url))),
  testRunner: MOCHA_RUNNER,
  testRunnerNodeArgs: ['--import=tsx'],
  checkers: [SAMPLE],
  checkerNodeArgs: ['--import=tsx'],
  // For the checker; Stryker hands on what it does not know.
  ...{ shares },
  warnings: false,
  coverageAnalysis: 'perTest',
  // A mutant of what runs as a file is loaded would need a process of its own.
  ignoreStatic: true,
  // Words of messages and of the log: what matters of them has tests of its own.
  mutator: { excludedMutations: ['StringLiteral'] },
  concurrency: Number(process.env.MUTATE_CONCURRENCY ?? 2),
  timeoutMS: 10_000,
  tempDirName: 'node_modules/.cache/mutation',
  // Stryker would rewrite it with TypeScript's old API.
  tsconfigFile: 'none',
  reporters: ['progress-append-only', ...(folder === undefined ? [] : (['clear-text'] as const))],
  clearTextReporter: { logTests: false, reportTests: false, reportScoreTable: false },
});

const scores = scoreTable(await stryker.runMutationTest(), shares);
console.log(`\n${scores}`);
if (folder === undefined) writeToPage('mutation', scores);
