import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { configOf, problemsOf } from '../../support/config.ts';
import { SECRET } from '../../support/jwt.ts';
import { type Authority, type Certificate, createAuthority } from '../../support/tls.ts';

describe('REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE', () => {
  let folder: string;
  let authority: Authority;
  let own: Certificate;
  let other: Certificate;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ticketd-client-'));
    authority = await createAuthority();
    own = await authority.certify('DNS:client');
    other = await authority.certify('DNS:other');
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await authority.remove();
  });

  const envWith = (certFile?: string, keyFile?: string) => ({
    JWT_SECRET: SECRET,
    REDIS_URL: 'rediss://host',
    ...(certFile !== undefined && { REDIS_TLS_CERT_FILE: certFile }),
    ...(keyFile !== undefined && { REDIS_TLS_KEY_FILE: keyFile }),
  });
  const problemWith = async (certFile?: string, keyFile?: string): Promise<string> => {
    const [{ name, problem } = { name: '', problem: '' }, ...more] = await problemsOf(envWith(certFile, keyFile));
    expect(more).to.deep.equal([]);
    return `${name}: ${problem}`;
  };
  const file = (text: string): string => {
    const path = join(folder, 'file.pem');
    writeFileSync(path, text);
    return path;
  };

  it('are accepted together, with a key that fits', async () => {
    const { redis } = await configOf(envWith(own.certFile, own.keyFile));
    expect(redis.tlsCert).to.match(/^-----BEGIN CERTIFICATE-----/);
    expect(redis.tlsKey).to.match(/^-----BEGIN PRIVATE KEY-----/);
  });

  it('are rejected one without the other', async () => {
    expect(await problemWith(own.certFile)).to.equal(
      'REDIS_TLS_KEY_FILE: expected to be set, too, since REDIS_TLS_CERT_FILE is',
    );
    expect(await problemWith(undefined, own.keyFile)).to.equal(
      'REDIS_TLS_CERT_FILE: expected to be set, too, since REDIS_TLS_KEY_FILE is',
    );
  });

  it('are rejected when the key is that of another certificate', async () => {
    expect(await problemWith(own.certFile, other.keyFile)).to.equal(
      'REDIS_TLS_KEY_FILE: expected the private key of the first certificate in REDIS_TLS_CERT_FILE',
    );
  });

  it('are rejected without rediss://', async () => {
    const problems = await problemsOf({ ...envWith(own.certFile, own.keyFile), REDIS_URL: 'redis://host' });
    expect(problems).to.deep.equal([
      { name: 'REDIS_TLS_CERT_FILE', problem: 'expected REDIS_URL to be a rediss:// URL' },
    ]);
  });

  it('are rejected with the file and what is wrong with it, and never with a part of the key', async () => {
    const key = 'hunter2'.repeat(10);
    const broken = file(`-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`);
    expect(await problemWith(own.certFile, broken)).to.match(
      /^REDIS_TLS_KEY_FILE: expected a file with a private key in PEM that can be read, found ".+file\.pem"$/,
    );
    expect(await problemWith(own.certFile, own.certFile)).to.match(
      /^REDIS_TLS_KEY_FILE: expected a file with a private/,
    );
    expect(await problemWith(own.keyFile, own.keyFile)).to.match(
      /^REDIS_TLS_CERT_FILE: expected a file of certificates/,
    );
  });

  it('are rejected when the key has a passphrase', async () => {
    const locked = join(folder, 'locked.pem');
    execFileSync('openssl', ['pkey', '-in', own.keyFile, '-aes256', '-passout', 'pass:x', '-out', locked]);
    expect(await problemWith(own.certFile, locked)).to.contain('in PEM without a passphrase, found ');
  });
});
