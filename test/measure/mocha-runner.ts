// Runs the tests for Stryker, once for each mutant, in one process. Stryker's own runner does not know mocha 12.
import { createRequire } from 'node:module';
import { relative, resolve } from 'node:path';
import type { InstrumenterContext, MutantCoverage } from '@stryker-mutator/api/core';
import { commonTokens, declareFactoryPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  type CompleteDryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  TestStatus,
  type TimeoutDryRunResult,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import Mocha from 'mocha';

export const MOCHA_RUNNER = 'mocha-in-process';

/** The limit of .mocharc.yml, where nothing is mutated. */
const TIMEOUT_MS = 30_000;
/** A test that a mutant makes hang fails by then; Stryker's own limit would end the process. */
const MUTANT_TIMEOUT_MS = 8_000;

interface Selection {
  /** The ids of the tests to run; all tests by default. */
  readonly ids?: readonly string[] | undefined;
  /** Stops after the first test that fails. */
  readonly bail?: boolean;
  /** Hears the id of each test, and of each suite before its hooks. */
  onScope?(id: string): void;
}

const createRunner = ({ testFiles = [] }: { readonly testFiles?: readonly string[] }): TestRunner => {
  const instrumenter = instrumenterContext();
  // As mocha's command line does: a rejection that nothing handles fails the test.
  process.on('unhandledRejection', (reason) => {
    throw reason;
  });
  const loaded = load(testFiles);

  const dryRun = async (): Promise<CompleteDryRunResult> => {
    const mocha = await loaded;
    const tests = await run(mocha, {
      onScope: (id) => {
        instrumenter.currentTestId = id;
      },
    });
    const { static: atLoad = {}, perTest = {} } = structuredClone(instrumenter.mutantCoverage) ?? {};
    // A test that passes only once in a process would kill every mutant later.
    const failed = (await run(mocha)).filter(({ status }) => status === TestStatus.Failed);
    return {
      status: DryRunStatus.Complete,
      tests: failed.length > 0 ? failed : [...tests],
      mutantCoverage: { static: atLoad, perTest: withHooks(mocha, perTest) },
    };
  };

  const mutantRun = async ({ activeMutant, testFilter, hitLimit }: MutantRunOptions): Promise<MutantRunResult> => {
    const mocha = await loaded;
    Object.assign(instrumenter, { activeMutant: activeMutant.id, hitCount: 0, hitLimit });
    for (const test of testsIn(mocha.suite)) test.timeout(MUTANT_TIMEOUT_MS);
    const tests = await run(mocha, { ids: testFilter, bail: true });
    const hanging = determineHitLimitReached(instrumenter.hitCount, hitLimit) ?? timedOut(tests);
    return toMutantRunResult(hanging ?? { status: DryRunStatus.Complete, tests: [...tests] });
  };

  return { capabilities: () => ({ reloadEnvironment: false }), dryRun, mutantRun };
};

export const strykerPlugins = [
  declareFactoryPlugin(
    PluginKind.TestRunner,
    MOCHA_RUNNER,
    Object.assign(createRunner, { inject: tokens(commonTokens.options) }),
  ),
];

const timedOut = (tests: readonly TestResult[]): TimeoutDryRunResult | undefined =>
  tests.some((test) => test.status === TestStatus.Failed && test.failureMessage.startsWith('Timeout of '))
    ? { status: DryRunStatus.Timeout }
    : undefined;

/** Where the mutated code reads which mutant is active, and writes which it ran. */
const instrumenterContext = (): InstrumenterContext => {
  const shared = globalThis as { __stryker__?: InstrumenterContext };
  shared.__stryker__ ??= {};
  return shared.__stryker__;
};

const load = async (testFiles: readonly string[]): Promise<Mocha> => {
  // Required, as mocha does with the tests: so they share its modules. From the sandbox, where this file is not.
  const { mochaHooks: rootHooks } = createRequire(import.meta.url)(resolve('test/support/root-hooks.ts'));
  const mocha = new Mocha({ timeout: TIMEOUT_MS, rootHooks, reporter: class {} as never });
  mocha.cleanReferencesAfterRun(false);
  for (const file of testFiles) mocha.addFile(resolve(file));
  await mocha.loadFilesAsync();
  return mocha;
};

const run = async (
  mocha: Mocha,
  { ids, bail = false, onScope = () => {} }: Selection = {},
): Promise<readonly TestResult[]> => {
  const results: TestResult[] = [];
  const bodies = testsIn(mocha.suite).map((test) => ({ test, fn: test.fn }));
  const titles = new Set(
    bodies.filter(({ test }) => ids === undefined || ids.includes(idOf(test))).map(({ test }) => test.fullTitle()),
  );
  for (const suite of suitesIn(mocha.suite)) suite.bail(bail);
  mocha.grep({ test: (title: string) => titles.has(title) } as RegExp);
  await new Promise((finish) => {
    const runner = mocha.run(finish);
    runner.on('hook', (hook) => onScope(idOf(hook.ctx?.currentTest ?? hook.parent)));
    runner.on('test', (test) => onScope(idOf(test)));
    runner.on('pass', (test) => results.push({ ...describe(test), status: TestStatus.Success }));
    runner.on('fail', (test, { message }) =>
      results.push({ ...describe(test), status: TestStatus.Failed, failureMessage: message }),
    );
  });
  // Each run has a root hook wrap every test again.
  for (const { test, fn } of bodies) Object.assign(test, { fn });
  return results;
};

const describe = (test: Mocha.Test) => ({
  id: idOf(test),
  name: test.fullTitle(),
  timeSpentMs: test.duration ?? 0,
  ...(test.file === undefined ? {} : { fileName: test.file }),
});

/** What the hooks of a suite run counts for each test in it. */
const withHooks = (mocha: Mocha, perTest: MutantCoverage['perTest']): MutantCoverage['perTest'] => {
  const ids = (one: Mocha.Test | Mocha.Suite | undefined): readonly string[] =>
    one === undefined ? [] : [idOf(one), ...ids(one.parent)];
  return Object.fromEntries(
    testsIn(mocha.suite).map((test) => [idOf(test), Object.assign({}, ...ids(test).map((id) => perTest[id]))]),
  );
};

const idOf = (one: { readonly file?: string | undefined; fullTitle(): string } | undefined): string =>
  `${relative('', one?.file ?? '')}: ${one?.fullTitle()}`;

const suitesIn = (suite: Mocha.Suite): readonly Mocha.Suite[] => [suite, ...suite.suites.flatMap(suitesIn)];

const testsIn = (suite: Mocha.Suite): readonly Mocha.Test[] => suitesIn(suite).flatMap(({ tests }) => tests);
