import { join } from 'node:path';
import type { RootHookObject } from 'mocha';
import { unlessStuck } from './frozen-time.ts';
import { expectDocumented } from './openapi/witness.ts';
import { removeEveryRedis } from './redis.ts';
import { endAll } from './ticketd.ts';

const UNIT_TESTS = join('test', 'unit');

export const mochaHooks: RootHookObject = {
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
    };
  },

  async afterAll() {
    await endAll();
    await removeEveryRedis();
    expectDocumented();
  },
};
