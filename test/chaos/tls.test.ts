import { expect } from 'chai';
import { askTicket } from '../support/ask.ts';
import { SECRET } from '../support/jwt.ts';
import type { RedisNode } from '../support/redis-node.ts';
import { withService } from '../support/service.ts';
import { endAll, serve } from '../support/ticketd.ts';
import { type Authority, type Certificate, createAuthority, startTlsRedis } from '../support/tls.ts';
import { until } from '../support/until.ts';
import { expectThrough } from './support/chaos-case.ts';
import { CLOSED } from './support/expect-usual.ts';
import { record } from './support/table.ts';
import { listenForFirstBytes, listenForNames } from './support/tls-listener.ts';

const TLS_HANDSHAKE = 22;

describe('Redis connection over TLS', () => {
  let authority: Authority;
  let certificate: Certificate;
  let redis: RedisNode;
  before(async () => {
    authority = await createAuthority();
    certificate = await authority.certify('DNS:localhost');
    redis = await startTlsRedis(authority, certificate);
  });
  after(async () => {
    await redis.remove();
    await authority.remove();
  });
  afterEach(endAll);

  it('uses TLS for REDISS:// in capitals and sends no byte in plain text (27a)', async () => {
    const listener = await listenForFirstBytes();
    const env = { REDIS_URL: `REDISS://:chaos-secret@127.0.0.1:${listener.port}`, REDIS_STARTUP_TIMEOUT_MS: '500' };
    await withService(env, async () => {
      await until('an attempt', () => listener.firstBytes.length > 0);
    });
    listener.close();
    const found = listener.firstBytes.every((byte) => byte === TLS_HANDSHAKE);
    record({ case: '27a', fault: 'REDISS:// in capitals', bound: 'TLS', answers: found ? 'TLS alone' : 'plain text' });
    expect(found).to.equal(true);
  });

  it('refuses a REDIS_URL with query parameters and exits with code 78 (27b)', async () => {
    const service = serve({ JWT_SECRET: SECRET, REDIS_URL: 'redis://127.0.0.1?enableOfflineQueue=false' });
    const { code } = await service.exit;
    record({ case: '27b', fault: '?enableOfflineQueue=false', bound: 'refused', answers: `exit ${code}` });
    expect(code).to.equal(78);
    expect(service.output).to.contain('no query parameters');
  });

  const serverNamesSent = async (host: string, more: Readonly<Record<string, string>> = {}) => {
    const listener = await listenForNames(certificate);
    const env = {
      REDIS_URL: `rediss://${host}:${listener.port}`,
      REDIS_TLS_CA_FILE: authority.caFile,
      REDIS_STARTUP_TIMEOUT_MS: '500',
    };
    await withService({ ...env, ...more }, async () => {
      await until('a handshake', () => listener.names.length > 0);
    });
    listener.close();
    return listener.names[0];
  };

  it('sends the host name of REDIS_URL as SNI, or REDIS_TLS_SERVERNAME if set (28a)', async () => {
    const names = [
      await serverNamesSent('localhost'),
      await serverNamesSent('127.0.0.1', { REDIS_TLS_SERVERNAME: 'localhost' }),
    ];
    record({ case: '28a', fault: 'rediss://', bound: 'SNI seen', answers: names.join(', ') });
    expect(names).to.deep.equal(['localhost', 'localhost']);
  });

  it('refuses a certificate of an untrusted authority and exits with code 1 (28b)', async () => {
    const service = serve({
      NODE_ENV: 'production',
      JWT_SECRET: SECRET,
      REDIS_URL: `rediss://localhost:${redis.port}`,
      REDIS_STARTUP_TIMEOUT_MS: '800',
    });
    const { code } = await service.exit;
    const [fatal] = service.linesOf('redis_connect_fatal');
    record({
      case: '28b',
      fault: 'rediss:// with a self-signed authority',
      bound: 'refused',
      answers: `exit ${code}: ${fatal?.errorCode}`,
    });
    expect(code).to.equal(1);
    expect(fatal?.errorCode).to.equal('SELF_SIGNED_CERT_IN_CHAIN');
  });

  for (const [host, more] of [
    ['localhost', {}],
    ['127.0.0.1', { REDIS_TLS_SERVERNAME: 'localhost' }],
  ] as const)
    it(`issues tickets when REDIS_TLS_CA_FILE contains the authority and the host is ${host} (28c)`, async () => {
      const env = { REDIS_URL: `REDISS://${host}:${redis.port}`, REDIS_TLS_CA_FILE: authority.caFile };
      await withService({ ...env, ...more }, async ({ url }) => {
        expect((await askTicket(url)).status).to.equal(200);
      });
    });

  it('is reported down within 100 ms of the close and recovers after the restart (28d)', async () => {
    await expectThrough({
      case: '28d',
      name: 'SIGKILL of a Redis with TLS, restarted after 1 s',
      env: { REDIS_URL: `rediss://localhost:${redis.port}`, REDIS_TLS_CA_FILE: authority.caFile },
      fault: redis.stop,
      heal: redis.start,
      lastsMs: 1000,
      detectedBy: CLOSED,
      detectedWithinMs: 100,
    });
  });
});
