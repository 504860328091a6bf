import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { Cluster, type Redis } from 'ioredis';
import type { SinonFakeTimers } from 'sinon';
import { watchHandshakes } from '../../../src/redis/handshake.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';

const TIMEOUT_MS = 2_000;

describe('the handshake with Redis', () => {
  let clock: SinonFakeTimers;
  let client: EventEmitter & { stream: { bytesRead: number } };
  let silentAt: number[];
  beforeEach(() => {
    clock = freezeTime();
    silentAt = [];
    client = Object.assign(new EventEmitter(), { stream: { bytesRead: 0 } });
    watchHandshakes(client as unknown as Redis, TIMEOUT_MS, () => silentAt.push(performance.now()));
  });
  afterEach(() => clock.restore());

  const pass = async (ms: number) => {
    await clock.tickAsync(ms);
    await turns();
  };

  it('is given up once Redis has sent nothing for the time limit, once', async () => {
    client.emit('connect');
    await pass(TIMEOUT_MS - 1);
    expect(silentAt).to.deep.equal([]);
    await pass(1);
    await pass(10 * TIMEOUT_MS);
    expect(silentAt).to.deep.equal([TIMEOUT_MS]);
  });

  for (const end of ['ready', 'close'])
    it(`is watched no longer after ${end}`, async () => {
      client.emit('connect');
      await pass(TIMEOUT_MS - 1);
      client.emit(end);
      expect(clock.countTimers()).to.equal(0);
      await pass(TIMEOUT_MS);
      expect(silentAt).to.deep.equal([]);
    });

  it('goes on for as long as Redis replies, as one that is loading does, and is given up when that ends', async () => {
    client.emit('connect');
    for (let n = 0; n < 5; n += 1) {
      client.stream.bytesRead += 100;
      await pass(TIMEOUT_MS);
    }
    expect(silentAt).to.deep.equal([]);
    await pass(TIMEOUT_MS);
    expect(silentAt).to.deep.equal([6 * TIMEOUT_MS]);
  });

  it('is watched anew on the next connection, whatever the last one had sent', async () => {
    client.stream.bytesRead = 100;
    client.emit('connect');
    await pass(TIMEOUT_MS);
    client.emit('close');
    client.stream = { bytesRead: 100 };
    client.emit('connect');
    await pass(TIMEOUT_MS);
    expect(silentAt).to.deep.equal([TIMEOUT_MS, 2 * TIMEOUT_MS]);
  });

  it('is not given up for a stall of our own, after which its reply is there to be read', async () => {
    client.emit('connect');
    clock.tick(TIMEOUT_MS);
    await turns(1);
    client.emit('ready');
    await pass(TIMEOUT_MS);
    expect(silentAt).to.deep.equal([]);
  });

  it('begins no wait before there is a connection', async () => {
    await pass(10 * TIMEOUT_MS);
    for (const event of ['ready', 'close']) client.emit(event);
    expect(clock.countTimers()).to.equal(0);
    expect(silentAt).to.deep.equal([]);
  });
});

describe('the handshake with a node of a cluster', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('has that node disconnected where it is silent, and no other', async () => {
    const disconnected: string[] = [];
    const nodeOf = (name: string) =>
      Object.assign(new EventEmitter(), {
        stream: { bytesRead: 0 },
        disconnect: () => void disconnected.push(name),
      });
    const [silent, usable] = [nodeOf('silent'), nodeOf('usable')];
    const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true });
    watchHandshakes(cluster, TIMEOUT_MS, () => disconnected.push('the cluster'));
    for (const node of [silent, usable]) {
      cluster.emit('+node', node);
      node.emit('connect');
    }
    usable.emit('ready');
    await clock.tickAsync(TIMEOUT_MS);
    await turns();
    expect(disconnected).to.deep.equal(['silent']);
  });
});
