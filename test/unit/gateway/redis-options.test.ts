import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import type { RedisOptions } from '../../../src/gateway/options.ts';
import { readAccess } from '../../../src/gateway/redeem-from-redis.ts';
import { accessOf } from '../../support/redis-access.ts';

describe('ticketd/gateway redeem.redis options', () => {
  let folder: string;
  let caFile: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ticketd-ca-'));
    caFile = join(folder, 'ca.pem');
    writeFileSync(caFile, rootCertificates[0] ?? '');
  });
  after(() => rmSync(folder, { recursive: true }));

  const cases = (): readonly (readonly [RedisOptions, Readonly<Record<string, string>>])[] => [
    [{ url: 'redis://u:p%2C@host:7000/2' }, { REDIS_URL: 'redis://u:p%2C@host:7000/2' }],
    [
      { url: 'redis://a,b', sentinelMaster: 'main', sentinelUsername: 'u', sentinelPassword: 'secret' },
      {
        REDIS_URL: 'redis://a,b',
        REDIS_SENTINEL_MASTER: 'main',
        REDIS_SENTINEL_USERNAME: 'u',
        REDIS_SENTINEL_PASSWORD: 'secret',
      },
    ],
    [
      { url: 'redis://a,b', cluster: true, keyPrefix: 'mine:', sentinelMaster: undefined },
      { REDIS_URL: 'redis://a,b', REDIS_CLUSTER: 'true', REDIS_KEY_PREFIX: 'mine:' },
    ],
    [
      { url: 'rediss://a', tlsCaFile: caFile, tlsServername: 'b' },
      { REDIS_URL: 'rediss://a', REDIS_TLS_CA_FILE: caFile, REDIS_TLS_SERVERNAME: 'b' },
    ],
    [
      { url: 'redis://a', startupTimeoutMs: 111, connectTimeoutMs: 222, commandTimeoutMs: 333, heartbeatMs: 5000 },
      {
        REDIS_URL: 'redis://a',
        REDIS_STARTUP_TIMEOUT_MS: '111',
        REDIS_CONNECT_TIMEOUT_MS: '222',
        REDIS_COMMAND_TIMEOUT_MS: '333',
        REDIS_HEARTBEAT_MS: '5000',
      },
    ],
  ];

  it('mean the same as the REDIS_* variables of ticketd', async () => {
    for (const [options, env] of cases()) expect(await readAccess(options)).to.deep.equal(await accessOf(env));
  });
});
