import { expect } from 'chai';
import { ask, TICKET_PATH } from '../../support/ask.ts';
import { failToStart } from '../../support/failed-start.ts';
import { closeProviders, startTlsIdentityProvider } from '../../support/identity-provider.ts';
import { bearer } from '../../support/jwt.ts';
import { ecKey } from '../../support/signing-key.ts';
import { endAll, serve } from '../../support/ticketd.ts';
import { type Authority, createAuthority } from '../../support/tls.ts';

const key = ecKey('key-1');

describe('serve with JWT_JWKS_URL over TLS', () => {
  let authority: Authority;
  before(async () => {
    authority = await createAuthority();
  });
  after(() => authority.remove());
  afterEach(async () => {
    await endAll();
    await closeProviders();
  });

  const env = (url: string, more: Record<string, string> = {}) => ({
    REDIS_URL: 'memory://',
    JWT_JWKS_URL: url,
    JWT_JWKS_STARTUP_TIMEOUT_MS: '1200',
    ...more,
  });

  it('trusts a private certificate authority from NODE_EXTRA_CA_CERTS', async () => {
    const { url } = await startTlsIdentityProvider(await authority.certify('IP:127.0.0.1'), key);
    const service = serve(env(url, { NODE_EXTRA_CA_CERTS: authority.caFile, JWT_JWKS_STARTUP_TIMEOUT_MS: '' }));
    const headers = bearer(key.sign());
    expect((await ask(`${await service.url()}${TICKET_PATH}`, { method: 'POST', headers })).status).to.equal(200);
  });

  it('exits 1 when the certificate authority is not trusted', async () => {
    const { url } = await startTlsIdentityProvider(await authority.certify('IP:127.0.0.1'), key);
    const { service, code, everOpen } = await failToStart(env(url));
    expect(code).to.equal(1);
    expect(everOpen).to.equal(false);
    expect(service.linesOf('jwks_refresh_fail')[0]?.errorCode).to.be.oneOf([
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ]);
    expect(service.stderr).to.match(/^ticketd: phase "jwks" did not finish .*certificate/);
  });

  it('exits 1 when the certificate is for another host', async () => {
    const { url } = await startTlsIdentityProvider(await authority.certify('DNS:idp.example'), key);
    const { service, code } = await failToStart(env(url, { NODE_EXTRA_CA_CERTS: authority.caFile }));
    expect(code).to.equal(1);
    expect(service.linesOf('jwks_refresh_fail')[0]?.errorCode).to.equal('ERR_TLS_CERT_ALTNAME_INVALID');
  });
});
