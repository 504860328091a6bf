import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { batchWrites, createClient } from '../../../src/redis/client.ts';
import { fakeRedis } from '../../support/fake-redis.ts';
import { turns } from '../../support/frozen-time.ts';
import { accessOf } from '../../support/redis-access.ts';
import { until } from '../../support/until.ts';

const recording = (stream: boolean) => {
  const done: string[] = [];
  const fake = {
    stream: stream
      ? {
          writableCorked: 0,
          cork() {
            done.push('cork');
            this.writableCorked += 1;
          },
          uncork() {
            done.push('uncork');
            this.writableCorked -= 1;
          },
        }
      : undefined,
    sendCommand: (command: string) => done.push(command),
  };
  const client: { sendCommand(command: string): unknown } = batchWrites(fake as unknown as Redis) as never;
  return { client, done };
};

describe('Redis command batching', () => {
  it('sends the commands of one turn of the event loop together at its end', async () => {
    const { client, done } = recording(true);
    client.sendCommand('a');
    client.sendCommand('b');
    expect(done).to.deep.equal(['cork', 'a', 'b']);
    await turns();
    client.sendCommand('c');
    await turns();
    expect(done).to.deep.equal(['cork', 'a', 'b', 'uncork', 'cork', 'c', 'uncork']);
  });

  it('passes commands to ioredis when there is no connection', () => {
    const { client, done } = recording(false);
    client.sendCommand('a');
    expect(done).to.deep.equal(['a']);
  });

  it('sends commands without waiting for the replies to earlier ones', async () => {
    const asked: string[] = [];
    const server = await fakeRedis((command) => {
      asked.push(command);
      return command === 'GET' ? '' : '+OK\r\n';
    });
    const client = createClient(await accessOf({ REDIS_URL: `redis://127.0.0.1:${server.port}` }), { once: true });
    await client.connect();
    const hung = client.get('hangs').catch(() => {});
    await turns();
    client.set('a', '1').catch(() => {});
    client.set('b', '1').catch(() => {});
    await until('both', () => asked.filter((command) => command === 'SET').length === 2);
    client.disconnect();
    await hung;
    await server.close();
  });
});
