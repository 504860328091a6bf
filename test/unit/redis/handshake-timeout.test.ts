import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { Cluster, type Redis } from 'ioredis';
import type { SinonFakeTimers } from 'sinon';
import { limitHandshakes } from '../../../src/redis/client.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';

const TIMEOUT_MS = 2_000;

describe('Redis handshake', () => {
  let clock: SinonFakeTimers;
  let client: EventEmitter & { stream: { bytesRead: number } };
  let silentAt: number[];
  beforeEach(() => {
    clock = freezeTime();
    silentAt = [];
    client = Object.assign(new EventEmitter(), { stream: { bytesRead: 0 } });
    limitHandshakes(client as unknown as Redis, TIMEOUT_MS, () => silentAt.push(performance.now()));
  });
  afterEach(() => clock.restore());

  const pass = async (ms: number) => {
    await clock.tickAsync(ms);
    await turns();
  };

  it('times out once, when Redis has sent nothing for the time limit', async () => {
    client.emit('connect');
    await pass(TIMEOUT_MS - 1);
    expect(silentAt).to.deep.equal([]);
    await pass(1);
    await pass(10 * TIMEOUT_MS);
    expect(silentAt).to.deep.equal([TIMEOUT_MS]);
  });

  for (const end of ['ready', 'close'])
    it(`has no timeout after the event ${end}`, async () => {
      client.emit('connect');
      await pass(TIMEOUT_MS - 1);
      client.emit(end);
      expect(clock.countTimers()).to.equal(0);
      await pass(TIMEOUT_MS);
      expect(silentAt).to.deep.equal([]);
    });

  it('continues while Redis replies, for example LOADING, and times out when it stops', async () => {
    client.emit('connect');
    for (let n = 0; n < 5; n += 1) {
      client.stream.bytesRead += 100;
      await pass(TIMEOUT_MS);
    }
    expect(silentAt).to.deep.equal([]);
    await pass(TIMEOUT_MS);
    expect(silentAt).to.deep.equal([6 * TIMEOUT_MS]);
  });

  it('has a new timeout on the next connection, whatever the last one had sent', async () => {
    client.stream.bytesRead = 100;
    client.emit('connect');
    await pass(TIMEOUT_MS);
    client.emit('close');
    client.stream = { bytesRead: 100 };
    client.emit('connect');
    await pass(TIMEOUT_MS);
    expect(silentAt).to.deep.equal([TIMEOUT_MS, 2 * TIMEOUT_MS]);
  });

  it('does not time out when the event loop stalled and the reply is ready to be read', async () => {
    client.emit('connect');
    clock.tick(TIMEOUT_MS);
    await turns(1);
    client.emit('ready');
    await pass(TIMEOUT_MS);
    expect(silentAt).to.deep.equal([]);
  });

  it('has no timeout before there is a connection', async () => {
    await pass(10 * TIMEOUT_MS);
    for (const event of ['ready', 'close']) client.emit(event);
    expect(clock.countTimers()).to.equal(0);
    expect(silentAt).to.deep.equal([]);
  });
});

describe('Redis handshake with a cluster node', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('disconnects a silent node, and no other node', async () => {
    const disconnected: string[] = [];
    const nodeOf = (name: string) =>
      Object.assign(new EventEmitter(), {
        stream: { bytesRead: 0 },
        disconnect: () => void disconnected.push(name),
      });
    const [silent, usable] = [nodeOf('silent'), nodeOf('usable')];
    const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true });
    limitHandshakes(cluster, TIMEOUT_MS, () => disconnected.push('the cluster'));
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
