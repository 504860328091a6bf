import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createClient, type RedisClient } from '../../../src/redis/client.ts';
import { createRedisConnection, type RedisConnection } from '../../../src/redis/connection.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { accessOf } from '../../support/redis-access.ts';
import { tcpServer } from '../../support/tcp-server.ts';
import { until } from '../../support/until.ts';

describe('Redis client after its end event', () => {
  let clock: SinonFakeTimers;
  let client: EventEmitter;
  let connection: RedisConnection;
  let connects: number;
  beforeEach(async () => {
    const access = await accessOf();
    clock = freezeTime();
    connects = 0;
    client = Object.assign(new EventEmitter(), {
      status: 'wait',
      connect: () => {
        connects += 1;
        return Promise.reject(new Error('Connection is closed.'));
      },
      disconnect: () => void client.emit('end'),
    });
    connection = createRedisConnection({ ...access, emit: () => {} }, client as unknown as RedisClient);
  });
  afterEach(async () => {
    await connection.close();
    clock.restore();
  });

  it('connects again each time', async () => {
    for (let stop = 1; stop <= 3; stop += 1) {
      client.emit('end');
      await clock.tickAsync(99);
      expect(connects).to.equal(stop - 1);
      await clock.tickAsync(1);
      expect(connects).to.equal(stop);
    }
  });

  it('stays disconnected when the connection was closed', async () => {
    client.emit('end');
    await connection.close();
    expect(clock.countTimers()).to.equal(0);
    client.emit('end');
    await clock.tickAsync(10_000);
    expect(connects).to.equal(0);
  });
});

describe('Redis client when a failover is announced while it asks a Sentinel for the master', () => {
  it('ends, and connects again', async () => {
    const sentinel = await tcpServer();
    const env = { REDIS_URL: `redis://127.0.0.1:${sentinel.port}`, REDIS_SENTINEL_MASTER: 'primary' };
    const access = await accessOf(env);
    const client = createClient(access);
    const states: string[] = [];
    for (const state of ['connecting', 'end']) client.on(state, () => states.push(state));
    const connection = createRedisConnection({ ...access, emit: () => {} }, client);
    try {
      void connection.start(new AbortController().signal);
      await until('the Sentinel is asked', () => sentinel.accepted > 0);
      // What ioredis does when a failover is announced.
      Reflect.get(client, 'connector').disconnect();
      await until('the client connects again', () => states.length === 3);
      expect(states).to.deep.equal(['connecting', 'end', 'connecting']);
    } finally {
      await connection.close();
      await sentinel.close();
    }
  });
});
