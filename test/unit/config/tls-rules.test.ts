import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import { configOf, problemsOf } from '../../support/config.ts';
import { SECRET } from '../../support/jwt.ts';

const NAME = { REDIS_TLS_SERVERNAME: 'cache.internal' };
const NO_TLS = 'expected REDIS_URL to be a rediss:// URL';

describe('REDIS_TLS_* variables', () => {
  let folder: string;
  let authority: { readonly REDIS_TLS_CA_FILE: string };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ticketd-tls-'));
    authority = { REDIS_TLS_CA_FILE: join(folder, 'ca.pem') };
    await writeFile(authority.REDIS_TLS_CA_FILE, rootCertificates[0] ?? '');
  });
  after(() => rm(folder, { recursive: true }));
  const problems = (env: Readonly<Record<string, string>>) => problemsOf({ JWT_SECRET: SECRET, ...env });

  for (const url of ['redis://host', 'memory://', ''])
    it(`are rejected with ${url || 'the default REDIS_URL'}, which does not use TLS`, async () => {
      const env = { REDIS_URL: url };
      expect(await problems({ ...env, ...NAME })).to.deep.equal([{ name: 'REDIS_TLS_SERVERNAME', problem: NO_TLS }]);
      const ofAuthority = [{ name: 'REDIS_TLS_CA_FILE', problem: NO_TLS }];
      expect(await problems({ ...env, ...authority })).to.deep.equal(ofAuthority);
      expect(await problems({ ...env, ...authority, ...NAME })).to.deep.equal(ofAuthority);
    });

  it('are accepted with rediss:// in any letter case, also with Sentinel', async () => {
    for (const env of [{ REDIS_URL: 'REDISS://host' }, { REDIS_URL: 'rediss://a,b', REDIS_SENTINEL_MASTER: 'main' }]) {
      const { redis } = await configOf({ ...env, ...authority, ...NAME });
      expect(redis).to.include({ tlsServername: 'cache.internal', tlsCa: rootCertificates[0] });
    }
  });

  it('are accepted with REDIS_CLUSTER', async () => {
    const { redis } = await configOf({ REDIS_URL: 'rediss://a,b', REDIS_CLUSTER: 'true', ...NAME, ...authority });
    expect(redis).to.include({ tlsServername: 'cache.internal', tlsCa: rootCertificates[0] });
  });

  it('are not checked when REDIS_URL is invalid', async () => {
    const names = (await problems({ REDIS_URL: 'rediss://', ...NAME })).map(({ name }) => name);
    expect(names).to.deep.equal(['REDIS_URL']);
  });
});
