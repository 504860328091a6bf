import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startClusterOfOne } from '../../support/cluster-of-one.ts';
import { type RedisNode, startNode } from '../../support/redis-node.ts';
import { verdictOfCheck, verdictOfServe } from '../../support/redis-verdicts.ts';
import { createAuthority, tlsArgs } from '../../support/tls.ts';

const USABLE = { usable: true };

describe('Redis address', () => {
  const nodes: RedisNode[] = [];
  afterEach(() => Promise.all(nodes.splice(0).map((node) => node.remove())));
  const track = (node: RedisNode): RedisNode => {
    nodes.push(node);
    return node;
  };
  const expectUsable = async (env: Readonly<Record<string, string>>) => {
    expect(await verdictOfServe(env)).to.deep.equal(USABLE);
    expect(await verdictOfCheck(env)).to.deep.equal(USABLE);
  };

  it('may start with valkey://', async () => {
    const { port } = track(await startNode());
    await expectUsable({ REDIS_URL: `valkey://127.0.0.1:${port}` });
  });

  it('may be a Unix socket, with user, password and database', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ticketd-socket-'));
    const path = join(folder, 'redis.sock');
    const redis = track(await startNode({ args: ['--unixsocket', path] }));
    await redis.cli('ACL', 'SETUSER', 'tickets', 'on', '>p@ss', '~ticketd:*', '+set', '+getdel', '+mget', '+select');
    await expectUsable({ REDIS_URL: `unix://${path}` });
    await expectUsable({ REDIS_URL: `unix://tickets:p%40ss@${path}?db=3` });
    expect(await redis.cli('INFO', 'commandstats')).to.contain('cmdstat_select');
    const wrong = { REDIS_URL: `unix://${path}.not` };
    expect(await verdictOfCheck(wrong)).to.include({ usable: false, errorCode: 'ENOENT' });
    expect(await verdictOfServe(wrong)).to.include({ usable: false, errorCode: 'ENOENT' });
    await rm(folder, { recursive: true });
  });

  it('may be the IP address of a cluster node whose certificate has the name REDIS_TLS_SERVERNAME', async () => {
    const authority = await createAuthority();
    const own = await authority.certify('DNS:redis.internal');
    const cluster = track(
      await startClusterOfOne((port) => [...tlsArgs(port, own, authority.caFile), '--tls-cluster', 'yes'], {
        cliArgs: ['--tls', '--insecure'],
      }),
    );
    const env = {
      REDIS_URL: `rediss://127.0.0.1:${cluster.port}`,
      REDIS_CLUSTER: 'true',
      REDIS_TLS_CA_FILE: authority.caFile,
    };
    expect(await verdictOfCheck(env)).to.include({ usable: false, errorCode: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    await expectUsable({ ...env, REDIS_TLS_SERVERNAME: 'redis.internal' });
    await authority.remove();
  });
});
