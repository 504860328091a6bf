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

describe('Redis through TLS', () => {
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

  it('is meant by REDISS:// in capitals, and never a byte goes out in plain text (27a)', async () => {
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

  it('cannot be talked out of its options by the URL (27b)', async () => {
    const service = serve({ JWT_SECRET: SECRET, REDIS_URL: 'redis://127.0.0.1?enableOfflineQueue=false' });
    const { code } = await service.exit;
    record({ case: '27b', fault: '?enableOfflineQueue=false', bound: 'refused', answers: `exit ${code}` });
    expect(code).to.equal(78);
    expect(service.output).to.contain('no query parameters');
  });

  const namesAskedFor = async (host: string, more: Readonly<Record<string, string>> = {}) => {
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

  it('is asked for by its name, by REDIS_TLS_SERVERNAME where that is set (28a)', async () => {
    const names = [
      await namesAskedFor('localhost'),
      await namesAskedFor('127.0.0.1', { REDIS_TLS_SERVERNAME: 'localhost' }),
    ];
    record({ case: '28a', fault: 'rediss://', bound: 'SNI seen', answers: names.join(', ') });
    expect(names).to.deep.equal(['localhost', 'localhost']);
  });

  it('is refused with a certificate of an authority that nobody trusts (28b)', async () => {
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
    it(`keeps tickets where REDIS_TLS_CA_FILE names the authority and the host is ${host} (28c)`, async () => {
      const env = { REDIS_URL: `REDISS://${host}:${redis.port}`, REDIS_TLS_CA_FILE: authority.caFile };
      await withService({ ...env, ...more }, async ({ url }) => {
        expect((await askTicket(url)).status).to.equal(200);
      });
    });

  it('that crashes is detected by the closed connection, and used again after its restart (28d)', async () => {
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
