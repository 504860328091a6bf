import { expect } from 'chai';
import { checkRedisTwice } from '../../support/check-redis.ts';
import { freePort } from '../../support/free-port.ts';
import { type RedisNode, startNode } from '../../support/redis-node.ts';
import { verdictOfCheck, verdictOfServe } from '../../support/redis-verdicts.ts';
import { endAll } from '../../support/ticketd.ts';
import { type Authority, type Certificate, createAuthority, tlsArgs } from '../../support/tls.ts';

const TIMES = 10;

describe('Redis that wants a client certificate', () => {
  let authority: Authority;
  let other: Authority;
  let own: Certificate;
  let foreign: Certificate;
  before(async () => {
    [authority, other] = await Promise.all([createAuthority(), createAuthority()]);
    own = await authority.certify('DNS:localhost');
    foreign = await other.certify('DNS:localhost');
  });
  after(() => Promise.all([authority.remove(), other.remove()]));
  afterEach(endAll);

  for (const protocol of ['TLSv1.2', 'TLSv1.3'])
    describe(`over ${protocol}`, () => {
      let redis: RedisNode;
      before(async () => {
        const port = await freePort();
        const wanted = ['--tls-auth-clients', 'yes', '--tls-protocols', protocol];
        const cliArgs = ['--tls', '--insecure', '--cert', own.certFile, '--key', own.keyFile];
        redis = await startNode({ port, args: [...tlsArgs(port, own, authority.caFile), ...wanted], cliArgs });
      });
      after(() => redis.remove());

      const envWith = (certificate?: Certificate) => ({
        REDIS_URL: `rediss://localhost:${redis.port}`,
        REDIS_TLS_CA_FILE: authority.caFile,
        ...(certificate && { REDIS_TLS_CERT_FILE: certificate.certFile, REDIS_TLS_KEY_FILE: certificate.keyFile }),
      });

      it('is usable with REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE', async () => {
        expect((await checkRedisTwice(envWith(own))).code).to.equal(0);
        expect(await verdictOfServe(envWith(own))).to.deep.equal({ usable: true });
      });

      for (const credentials of ['', ':right-horse-7@'])
        it(`is reported every time without one${credentials && ', also with a password'}`, async () => {
          const env = { ...envWith(), REDIS_URL: `rediss://${credentials}localhost:${redis.port}` };
          const checks = Array.from({ length: TIMES }, () => verdictOfCheck(env));
          for (const found of [...(await Promise.all(checks)), await verdictOfServe(env)]) {
            expect(found).to.include({ usable: false, errorCode: 'CLIENT_CERTIFICATE' });
            expect(found.remedy).to.match(/^Redis wants a client certificate: set REDIS_TLS_CERT_FILE/);
          }
          expect((await checkRedisTwice(env)).code).to.equal(2);
        });

      it('is reported to refuse a certificate of another authority', async () => {
        const { code, report } = await checkRedisTwice(envWith(foreign));
        expect(code).to.equal(2);
        expect(report.problem).to.include({ errorCode: 'CLIENT_CERTIFICATE_REFUSED' });
        const { error, remedy } = report.problem ?? {};
        expect(await verdictOfServe(envWith(foreign))).to.include({ errorCode: 'CLIENT_CERTIFICATE_REFUSED', remedy });
        expect(error).to.match(/unknown ca/i);
      });
    });
});
