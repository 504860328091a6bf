import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { checkRedisTwice } from '../../support/check-redis.ts';
import { SECRET } from '../../support/jwt.ts';
import { type RedisNode, startNode } from '../../support/redis-node.ts';
import { closeServers, tcpServer } from '../../support/tcp-server.ts';
import { endAll, serve } from '../../support/ticketd.ts';

interface Reason {
  readonly errorCode: string;
  readonly error: RegExp;
  readonly remedy: RegExp;
}

/** `serve` and `check-redis` report the same: the words of Redis, and a remedy for them. */
const expectReason = async (url: string, { errorCode, error, remedy }: Reason): Promise<void> => {
  const env = { REDIS_URL: url };
  const service = serve({ ...env, NODE_ENV: 'production', JWT_SECRET: SECRET, REDIS_STARTUP_TIMEOUT_MS: '1500' });
  const { code, report } = await checkRedisTwice(env);
  expect(code).to.equal(2);
  expect((await service.exit).code).to.equal(1);
  for (const found of [
    report.problem,
    ...service.linesOf('redis_connect_fatal'),
    ...service.linesOf('redis_connect_fail'),
  ]) {
    expect(found).to.include({ errorCode });
    expect(found?.error).to.match(error);
    expect(found?.remedy).to.match(remedy);
  }
  expect(service.stderr)
    .to.match(error)
    .and.match(/^[^\n]+\n$/);
};

describe('Redis that says why it closes a connection', () => {
  const nodes: RedisNode[] = [];
  const start = async (...args: string[]): Promise<RedisNode> => {
    const node = await startNode({ args });
    nodes.push(node);
    return node;
  };
  afterEach(async () => {
    await endAll();
    await closeServers();
    await Promise.all(nodes.splice(0).map((node) => node.remove()));
  });

  for (const credentials of ['', ':right-horse-7@'])
    it(`is reported at maxclients, ${credentials === '' ? 'without' : 'with'} a password`, async () => {
      const redis = await start('--maxclients', '1');
      if (credentials !== '') await redis.cli('CONFIG', 'SET', 'requirepass', 'right-horse-7');
      const other = connect(redis.port, '127.0.0.1');
      other.write('PING\r\n');
      await new Promise((resolve) => other.once('data', resolve));
      await expectReason(`redis://${credentials}127.0.0.1:${redis.port}`, {
        errorCode: 'MAXCLIENTS',
        error: /max number of clients reached/,
        remedy: /raise maxclients/,
      });
      other.destroy();
    });

  it('is reported in protected mode', async () => {
    const redis = await start('--bind', '0.0.0.0');
    const server = await remoteClientOf(redis.port);
    await expectReason(`redis://127.0.0.1:${server.port}`, {
      errorCode: 'DENIED',
      error: /^.*Redis is running in protected mode/,
      remedy: /protected-mode no/,
    });
  });

  const words: Readonly<Record<string, readonly [text: string, reason: Reason]>> = {
    'an error of its own': [
      '-ERR this server is closed for maintenance',
      { errorCode: 'ERR', error: /closed for maintenance/, remedy: /error message of Redis/ },
    ],
    'that a password is missing': [
      '-NOAUTH Authentication required.',
      { errorCode: 'NOAUTH', error: /NOAUTH Authentication required/, remedy: /requires a password/ },
    ],
  };
  for (const [what, [text, reason]] of Object.entries(words))
    for (const credentials of ['', ':right-horse-7@'])
      it(`is reported when it says ${what} unasked, ${credentials === '' ? 'without' : 'with'} a password`, async () => {
        const { port } = await tcpServer((socket) => socket.end(`${text}\r\n`));
        await expectReason(`redis://${credentials}127.0.0.1:${port}`, reason);
      });
});

/** Forwards connections from an address that Redis does not take for its own machine. */
const remoteClientOf = async (port: number) => {
  const addresses = Object.values(networkInterfaces()).flatMap((entries = []) => entries);
  const outer = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  const [host, localAddress] = outer === undefined ? ['127.0.0.1', '127.0.0.2'] : [outer, outer];
  return tcpServer((socket) => {
    const upstream = connect({ port, host, localAddress });
    upstream.on('error', () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  });
};
