import { expect } from 'chai';
import keySlot from 'cluster-key-slot';
import { Cluster } from 'ioredis';
import type { RedisClient } from '../../../src/redis/client.ts';
import type { RedisAccess } from '../../../src/redis/options.ts';
import { writeProbe } from '../../../src/redis/write-probe.ts';
import { turns } from '../../support/frozen-time.ts';
import { accessOf } from '../../support/redis-access.ts';
import { rejectionOf } from '../../support/rejection.ts';

const KEYS = { ticket: 'p:t:probe', revocation: 'p:rev:probe', count: 'p:n:probe', revocations: 'p:s:probe' };
const COMMANDS = ['set', 'getdel', 'mget', 'get', 'select', 'incr', 'pttl'] as const;
const SLOTS = 16_384;
const LAST_SLOT = SLOTS - 1;

type Command = (typeof COMMANDS)[number];

/** Records the commands of a client. Each gets a reply immediately, except those in `held` or `refused`. */
const record = () => {
  const sent: string[] = [];
  const refused = new Map<Command, Error>();
  const held = new Set<Command>();
  const commands = COMMANDS.map((name) => [
    name,
    (...args: readonly unknown[]) => {
      sent.push([name, ...args].join(' '));
      if (held.has(name)) return new Promise(() => {});
      const error = refused.get(name);
      return error === undefined ? Promise.resolve(name === 'pttl' ? 10_000 : 'OK') : Promise.reject(error);
    },
  ]);
  return { sent, refused, held, commands: Object.fromEntries(commands) as object };
};

describe('Redis write probe on a single server', () => {
  const setUp = async (path = '', counts = false) => {
    const recorded = record();
    const access: RedisAccess = { ...(await accessOf({ REDIS_URL: `redis://host:6379${path}` })), counts };
    const probe = () => writeProbe(recorded.commands as unknown as RedisClient, KEYS, { ...access, thorough: true });
    const light = () => writeProbe(recorded.commands as unknown as RedisClient, KEYS, { ...access, thorough: false });
    return { ...recorded, probe, light };
  };

  it('sends one SET, one GETDEL and one MGET between two thorough ones, also with a database and a rate limit', async () => {
    const { sent, light } = await setUp('/3', true);
    await light();
    expect(sent).to.deep.equal([`set ${KEYS.ticket} 1 PX 10000`, `getdel ${KEYS.ticket}`, `mget ${KEYS.revocation}`]);
  });

  it('sends SET and GETDEL for a key at both ends of the slots, then MGET of a revocation', async () => {
    const { sent, probe } = await setUp();
    await probe();
    const [low, high] = sent.filter((line) => line.startsWith('getdel')).map((line) => line.slice('getdel '.length));
    expect(sent).to.deep.equal([
      `set ${low} 1 PX 10000`,
      `getdel ${low}`,
      `set ${high} 1 PX 10000`,
      `getdel ${high}`,
      `mget ${KEYS.revocation}`,
    ]);
    expect(keySlot(String(low))).to.be.below(1_024);
    expect(keySlot(String(high))).to.be.above(LAST_SLOT - 1_024);
  });

  it('sends INCR in a window with an expiry when TICKET_RATE_LIMIT is set', async () => {
    const { sent, probe } = await setUp('', true);
    await probe();
    expect(sent.slice(4, -1)).to.deep.equal([
      `set ${KEYS.count} 0 PX 10000 NX`,
      `incr ${KEYS.count}`,
      `pttl ${KEYS.count}`,
    ]);
  });

  it('sends SELECT first when REDIS_URL has a database, otherwise not', async () => {
    const named = await setUp('/3');
    await named.probe();
    expect(named.sent[0]).to.equal('select 3');
    const unnamed = await setUp('/0');
    await unnamed.probe();
    expect(unnamed.sent.join()).to.not.include('select');
  });

  for (const command of ['set', 'getdel', 'mget', 'select', 'incr', 'pttl'] as const)
    it(`fails with the Redis error when Redis rejects ${command.toUpperCase()}`, async () => {
      const { refused, probe } = await setUp('/3', true);
      const error = new Error(`NOPERM no ${command} here`);
      refused.set(command, error);
      expect(await rejectionOf(probe())).to.equal(error);
    });

  for (const command of ['set', 'getdel', 'mget', 'select', 'incr'] as const)
    it(`does not resolve before the reply to ${command.toUpperCase()}`, async () => {
      const { held, probe } = await setUp('/3', true);
      held.add(command);
      let done = false;
      void probe().then(() => {
        done = true;
      });
      await turns();
      expect(done).to.equal(false);
    });
});

describe('Redis write probe in a cluster', () => {
  const setUp = async (counts = false) => {
    const recorded = record();
    let refreshes = 0;
    const masterOf = (slot: number) => [`master-${Math.floor((slot * 3) / SLOTS)}`];
    const slots: (string[] | undefined)[] = Array.from({ length: SLOTS }, (_, slot) => masterOf(slot));
    const client = Object.assign(new Cluster([{ host: 'host', port: 1 }], { lazyConnect: true }), recorded.commands, {
      slots,
      refreshSlotsCache: () => {
        refreshes += 1;
      },
    });
    const access: RedisAccess = { ...(await accessOf({ REDIS_URL: 'redis://host:6379/3' })), counts };
    const mastersOf = (command: Command) =>
      recorded.sent
        .filter((line) => line.startsWith(`${command} `))
        .map((line) => slots[keySlot(line.split(' ')[1] ?? '')]?.[0]);
    return {
      ...recorded,
      slots,
      mastersOf,
      probe: () => writeProbe(client as unknown as RedisClient, KEYS, { ...access, thorough: true }),
      light: () => writeProbe(client as unknown as RedisClient, KEYS, { ...access, thorough: false }),
      refreshes: () => refreshes,
    };
  };
  const EACH_MASTER = ['master-0', 'master-1', 'master-2'];

  it('sends SET, GETDEL and GET to every master, and no SELECT', async () => {
    const { sent, mastersOf, probe, refreshes } = await setUp();
    await probe();
    for (const command of ['set', 'getdel', 'get'] as const)
      expect(mastersOf(command), command).to.have.members(EACH_MASTER);
    expect(sent).to.have.lengthOf(9);
    expect(refreshes()).to.equal(0);
  });

  it('sends SET, GETDEL and GET to every master between two thorough ones', async () => {
    const { sent, mastersOf, light } = await setUp(true);
    await light();
    for (const command of ['set', 'getdel', 'get'] as const) expect(mastersOf(command)).to.have.members(EACH_MASTER);
    expect(sent).to.have.lengthOf(9);
  });

  it('sends INCR to every master when TICKET_RATE_LIMIT is set', async () => {
    const { mastersOf, probe } = await setUp(true);
    await probe();
    expect(mastersOf('incr')).to.have.members(EACH_MASTER);
  });

  for (const command of ['set', 'getdel', 'get'] as const)
    it(`fails with the error reply of a master to ${command.toUpperCase()}, and refreshes the slots`, async () => {
      const { refused, probe, refreshes } = await setUp();
      const error = new Error('READONLY former master');
      refused.set(command, error);
      expect(await rejectionOf(probe())).to.equal(error);
      expect(refreshes()).to.equal(1);
    });

  it('fails with CLUSTERDOWN when a slot has no master', async () => {
    const { slots, probe } = await setUp();
    slots[LAST_SLOT] = undefined;
    expect((await rejectionOf(probe())).message).to.equal(`CLUSTERDOWN no master is known for slot ${LAST_SLOT}`);
  });
});
