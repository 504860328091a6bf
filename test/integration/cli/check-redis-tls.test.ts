import { expect } from 'chai';
import { checkRedisTwice } from '../../support/check-redis.ts';
import type { RedisNode } from '../../support/redis-node.ts';
import { endAll } from '../../support/ticketd.ts';
import { type Authority, createAuthority, startTlsRedis } from '../../support/tls.ts';

describe('check-redis with rediss://', () => {
  let authority: Authority;
  let other: Authority;
  let redis: RedisNode;
  before(async () => {
    authority = await createAuthority();
    other = await createAuthority();
    redis = await startTlsRedis(authority);
  });
  after(async () => {
    await redis.remove();
    await authority.remove();
    await other.remove();
  });
  afterEach(endAll);

  const at = (host: string) => `rediss://${host}:${redis.port}`;

  it('exits 0 when REDIS_TLS_CA_FILE names the certificate authority', async () => {
    const { code, stdout, stderr, report } = await checkRedisTwice({
      REDIS_URL: at('localhost'),
      REDIS_TLS_CA_FILE: authority.caFile,
    });
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(/^usable: rediss:\/\/localhost:/);
    expect(report).to.include({ ok: true, endpoint: at('localhost') });
  });

  it('exits 0 for an IP address when REDIS_TLS_SERVERNAME is the name in the certificate', async () => {
    const env = { REDIS_URL: at('127.0.0.1'), REDIS_TLS_CA_FILE: authority.caFile };
    expect((await checkRedisTwice({ ...env, REDIS_TLS_SERVERNAME: 'localhost' })).code).to.equal(0);
  });

  const refused: Readonly<Record<string, readonly [env: () => Record<string, string>, errorCode: RegExp]>> = {
    'the certificate authority is not trusted': [() => ({ REDIS_URL: at('localhost') }), /SELF_SIGNED|UNABLE_TO/],
    'REDIS_TLS_CA_FILE names another certificate authority': [
      () => ({ REDIS_URL: at('localhost'), REDIS_TLS_CA_FILE: other.caFile }),
      /SELF_SIGNED|UNABLE_TO|CERT/,
    ],
    'the certificate is for another name': [
      () => ({ REDIS_URL: at('127.0.0.1'), REDIS_TLS_CA_FILE: authority.caFile }),
      /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    ],
    'REDIS_TLS_SERVERNAME is not a name in the certificate': [
      () => ({
        REDIS_URL: at('localhost'),
        REDIS_TLS_CA_FILE: authority.caFile,
        REDIS_TLS_SERVERNAME: 'redis.internal',
      }),
      /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    ],
  };
  for (const [when, [env, errorCode]] of Object.entries(refused))
    it(`exits 1 with a remedy for TLS when ${when}`, async () => {
      const { code, stdout, stderr, report } = await checkRedisTwice(env());
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr).to.match(/^unreachable: rediss:.+; TLS failed: .+ certificate is valid for this host .+\n$/);
      expect(report.problem?.verdict).to.equal('unreachable');
      expect(report.problem?.errorCode).to.match(errorCode);
    });

  it('exits 1 and names "TLS on one side only" when the scheme is redis://', async () => {
    const { code, stderr } = await checkRedisTwice({ REDIS_URL: `redis://localhost:${redis.port}` });
    expect(code).to.equal(1);
    expect(stderr).to.contain('TLS on one side only');
  });
});
