import { appendFileSync } from 'node:fs';
// Before any test freezes its clock: Node's HTTP server takes its timers when it is first loaded, and would keep frozen ones.
import 'node:http';
import { join, relative } from 'node:path';
import type { RootHookObject } from 'mocha';
import { unlessStuck } from './frozen-time.ts';
import { expectOnlyLog } from './log-stream.ts';
import { openResources, untilClosed } from './open-resources.ts';
import { expectDocumented } from './openapi/witness.ts';
import { removeEveryRedis } from './redis.ts';
import { endAll } from './ticketd.ts';

const UNIT_TESTS = join('test', 'unit');

let openBefore: ReadonlyMap<string, number>;
let startedAt: number;

/** Where files run side by side, the two hooks on all run once for each file. */
export const mochaHooks: RootHookObject = {
  async beforeAll() {
    startedAt = performance.now();
    // mocha times a hook from its first await on: so both hooks have that timer open.
    await undefined;
    openBefore = openResources();
  },

  // In place of a hook after each test, whose failure would end the whole run.
  beforeEach(this: Mocha.Context) {
    const test = this.currentTest;
    const run = test?.fn as Mocha.AsyncFunc | undefined;
    if (test === undefined || run === undefined) return;
    test.fn = async function () {
      const runIt = () => run.call(this as unknown as Mocha.Context);
      // Only a unit test waits for nothing but its own process.
      await (test.file?.includes(UNIT_TESTS) ? unlessStuck(runIt) : runIt());
      expectDocumented();
      expectOnlyLog();
    };
  },

  async afterAll(this: Mocha.Context) {
    await endAll();
    await removeEveryRedis();
    const file = relative('.', this.test?.parent?.suites[0]?.file ?? '?');
    noteTime(file);
    expectDocumented();
    await untilClosed(file, openBefore);
    expectOnlyLog();
  },
};

/** For the list of the slowest files: one JSON line each, in the file that TEST_TIMES_FILE names. */
const noteTime = (file: string): void => {
  const { TEST_TIMES_FILE: times } = process.env;
  if (times === undefined) return;
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  appendFileSync(times, `${JSON.stringify({ file, seconds })}\n`);
};
