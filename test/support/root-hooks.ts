import type { RootHookObject } from 'mocha';
import { expectDocumented } from './openapi/witness.ts';
import { removeEveryRedis } from './redis.ts';
import { endAll } from './ticketd.ts';

export const mochaHooks: RootHookObject = {
  // In place of a hook after each test, whose failure would end the whole run.
  beforeEach(this: Mocha.Context) {
    const test = this.currentTest;
    const run = test?.fn as Mocha.AsyncFunc | undefined;
    if (test === undefined || run === undefined) return;
    test.fn = async function () {
      await run.call(this as unknown as Mocha.Context);
      expectDocumented();
    };
  },

  async afterAll() {
    await endAll();
    await removeEveryRedis();
    expectDocumented();
  },
};
