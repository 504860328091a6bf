import { expect } from 'chai';
import { askTicket } from '../../support/ask.ts';
import { checkRedisTwice } from '../../support/check-redis.ts';
import { startClusterOfOne } from '../../support/cluster-of-one.ts';
import { freePort } from '../../support/free-port.ts';
import { SECRET } from '../../support/jwt.ts';
import { type RedisNode, startNode } from '../../support/redis-node.ts';
import { startSentinel } from '../../support/sentinel-process.ts';
import { endAll, serve } from '../../support/ticketd.ts';

const PASSWORD = 'right-horse-7';
const OWN = ['~ticketd:*', '+set', '+getdel', '+mget', '+xadd', '+xread', '+xrange', '+xinfo'];
// What a proxy or a managed Redis may lack.
const REMOVED = ['INFO', 'CLIENT', 'TIME', 'CONFIG', 'HELLO', 'ROLE', 'COMMAND', 'SELECT', 'ECHO', 'ACL'];

interface Removable {
  remove(): Promise<void>;
}

describe('Redis with the commands of tickets and revocations only', () => {
  const started: Removable[] = [];
  const track = <T extends Removable>(one: T): T => {
    started.push(one);
    return one;
  };
  afterEach(async () => {
    await endAll();
    await Promise.all(started.splice(0).map((one) => one.remove()));
  });

  /** `serve` issues a ticket and `check-redis` exits 0; both print no plain text. */
  const expectUsable = async (env: Readonly<Record<string, string>>): Promise<void> => {
    const service = serve({ NODE_ENV: 'production', JWT_SECRET: SECRET, ...env });
    expect((await askTicket(await service.url())).status).to.equal(200);
    expect(service.lines.filter(({ text }) => text !== undefined)).to.deep.equal([]);
    expect(service.stderr).to.equal('');
  };

  const denied = (server: Pick<RedisNode, 'cli'>): Promise<string> => server.cli('ACL', 'LOG');

  for (const command of ['INFO', 'CLIENT'])
    it(`is usable for serve and check-redis without ${command}`, async () => {
      const redis = track(await startNode({ args: ['--rename-command', command, ''] }));
      const env = { REDIS_URL: `redis://127.0.0.1:${redis.port}` };
      await expectUsable(env);
      expect((await checkRedisTwice(env)).code).to.equal(0);
    });

  it('is usable for serve and check-redis without any other command', async () => {
    const args = REMOVED.flatMap((command) => ['--rename-command', command, '']);
    const redis = track(await startNode({ args }));
    const env = { REDIS_URL: `redis://127.0.0.1:${redis.port}` };
    await expectUsable(env);
    expect((await checkRedisTwice(env)).code).to.equal(0);
  });

  it('is usable without a plain line of text when it needs no password but is given one', async () => {
    const redis = track(await startNode());
    await expectUsable({ REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:${redis.port}` });
  });

  it('is asked by serve for nothing that its user may not do', async () => {
    const redis = track(await startNode());
    await redis.cli('ACL', 'SETUSER', 'tickets', 'on', `>${PASSWORD}`, ...OWN);
    const env = { REDIS_URL: `redis://tickets:${PASSWORD}@127.0.0.1:${redis.port}` };
    await expectUsable(env);
    expect(await denied(redis)).to.equal('');
    expect((await checkRedisTwice(env)).code).to.equal(0);
  });

  it('is asked by serve for nothing that its user may not do, as a cluster', async () => {
    const cluster = track(await startClusterOfOne());
    await cluster.cli('ACL', 'SETUSER', 'tickets', 'on', `>${PASSWORD}`, ...OWN, '+get', '+cluster|slots');
    const env = { REDIS_URL: `redis://tickets:${PASSWORD}@127.0.0.1:${cluster.port}`, REDIS_CLUSTER: 'true' };
    await expectUsable(env);
    expect(await denied(cluster)).to.equal('');
    expect((await checkRedisTwice(env)).code).to.equal(0);
  });

  it('is asked by serve for nothing that its user may not do, behind Sentinels', async () => {
    const redis = track(await startNode());
    const sentinel = track(await startSentinel([`sentinel monitor main 127.0.0.1 ${redis.port} 1`]));
    await redis.cli('ACL', 'SETUSER', 'tickets', 'on', `>${PASSWORD}`, ...OWN);
    const lookUp = ['&+switch-master', '+subscribe', '+sentinel|get-master-addr-by-name', '+sentinel|sentinels'];
    await sentinel.cli('ACL', 'SETUSER', 'default', 'reset', 'on', 'nopass', ...lookUp, '+acl');
    const env = {
      REDIS_URL: `redis://tickets:${PASSWORD}@127.0.0.1:${sentinel.port},127.0.0.1:${await freePort()}`,
      REDIS_SENTINEL_MASTER: 'main',
    };
    await expectUsable(env);
    expect(await denied(redis)).to.equal('');
    expect(await denied(sentinel)).to.equal('');
  });
});
