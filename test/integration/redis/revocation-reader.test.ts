import { connect } from 'node:net';
import { expect } from 'chai';
import { FIRST_POSITION, type Position } from '../../../src/protocol/revocation-entry.ts';
import { createRevocationReader, type RevocationReader } from '../../../src/redis/revocation-reader.ts';
import { createRevocationStream } from '../../../src/redis/revocation-stream.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { accessOf } from '../../support/redis-access.ts';
import { closeServers, tcpServer } from '../../support/tcp-server.ts';
import { until } from '../../support/until.ts';

const STREAM = 'stream';

describe('revocation reader', () => {
  let redis: TestRedis;
  let reader: RevocationReader;
  let keys: string[];
  let resets: Position[];

  beforeEach(async () => {
    // Else a replica is fed only after a pause, meant for many of them.
    redis = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
    keys = [];
    resets = [];
  });
  afterEach(async () => {
    reader.close();
    await closeServers();
  });

  const read = async (url: string) => {
    reader = createRevocationReader({
      access: await accessOf({ REDIS_URL: url }),
      stream: createRevocationStream(STREAM),
      listener: {
        onEntries: (entries) => void keys.push(...entries.map(({ key }) => key)),
        onReset: (position) => void resets.push(position),
        onDelayed: () => {},
      },
      emit: () => {},
    });
    reader.start();
    await until('the reader is at the end', () => (reader.recentPosition() ?? FIRST_POSITION) > FIRST_POSITION);
  };
  const positionOf = (id: string) =>
    id
      .split('-')
      .map((part, at) => part.padStart(at === 0 ? 13 : 10, '0'))
      .join('-');
  const add = (server: TestRedis, key: string) => server.cli('XADD', STREAM, '*', 'k', key).then(positionOf);

  /** An address that leads to one server after the other; connections stay where they are. */
  const addressOf = async (first: TestRedis) => {
    let target = first.port;
    const front = await tcpServer((client) => {
      const server = connect(target, '127.0.0.1').on('error', () => {});
      client.pipe(server).pipe(client);
      client.once('close', () => server.destroy());
    });
    const moveTo = ({ port }: TestRedis) => {
      target = port;
    };
    return { url: `redis://127.0.0.1:${front.port}`, moveTo };
  };

  it('leaves a server that lacks an entry which was stored on its successor, and reads it there', async () => {
    const address = await addressOf(redis);
    const successor = await startRedis({ args: ['--replicaof', redis.host, String(redis.port)] });
    await read(address.url);
    await until('the replica has the first entry', async () => (await successor.cli('XLEN', STREAM)) === '1');
    await successor.cli('REPLICAOF', 'NO', 'ONE');
    address.moveTo(successor);
    const position = await add(successor, 'a');
    reader.recordPosition(position);
    await until('the entry is read', () => keys.length > 0);
    expect(keys).to.deep.equal(['a']);
    expect(reader.recentPosition()).to.equal(position);
    expect(resets).to.deep.equal([]);
  });
});
