import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const require = createRequire(import.meta.url);
const ioredis = require.resolve('ioredis');
const { list }: { list: readonly string[] } = createRequire(ioredis)('@ioredis/commands');

// Methods of something else: a buffer, a hash, an object, a pattern, a set of subscriptions.
const OTHERS = ['copy', 'del', 'digest', 'exec', 'keys', 'reset', 'sort'];
// For transactions and for monitoring of all commands, which ticketd does not use.
const UNASKED = ['monitor', 'multi'];

const sourcesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.d)\.[jt]s$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'));

describe('REDIS_COMMANDS of the build', () => {
  it('contains every command that ticketd and ioredis call', async () => {
    const { REDIS_COMMANDS } = await import(new URL('../../../ops/build/redis-commands.mjs', import.meta.url).href);
    const sources = [
      ...sourcesIn(fileURLToPath(new URL('../../../src/redis', import.meta.url))),
      ...sourcesIn(dirname(ioredis)),
    ].join('\n');
    const called = list.filter((name) => new RegExp(`\\.${name}(Buffer)?\\(|"${name}"\\]\\(`).test(sources));
    expect([...REDIS_COMMANDS, ...OTHERS, ...UNASKED]).to.include.members(called);
    expect(list).to.include.members(REDIS_COMMANDS);
  });
});
