import type { RootHookObject } from 'mocha';
import { removeEveryRedis } from './redis.ts';
import { endAll } from './ticketd.ts';

export const mochaHooks: RootHookObject = {
  async afterAll() {
    await endAll();
    await removeEveryRedis();
  },
};
