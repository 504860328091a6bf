import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SECRET, token } from '../../support/jwt.ts';
import { otherEncodings } from '../../support/other-encodings.ts';
import { ecKey, rsaKey } from '../../support/signing-key.ts';
import { endAll, ticketd } from '../../support/ticketd.ts';

const ISSUER = 'https://tenant.example';

describe('check-config --jwt-file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ticketd-jwt-'));
  });
  after(async () => {
    await endAll();
    await rm(folder, { recursive: true });
  });

  let files = 0;
  const fileOf = async (content: string | Buffer): Promise<string> => {
    files += 1;
    const path = join(folder, `${files}.jwt`);
    await writeFile(path, content);
    return path;
  };

  const check = async (path: string, env: Record<string, string> = {}, ...args: string[]) => {
    const cli = ticketd(['check-config', '--jwt-file', path, ...args], { JWT_SECRET: SECRET, ...env });
    const { code } = await cli.exit;
    return { code, stdout: cli.stdout, stderr: cli.stderr };
  };

  const verdictOn = async (jwt: string, env: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await check(await fileOf(jwt), env, '--json');
    expect(stderr).to.equal('');
    expect(stdout).to.not.include(jwt);
    return { code, ...JSON.parse(stdout) };
  };

  it('exits 0 for a JWT that serve accepts, and prints who it is for', async () => {
    const path = await fileOf(`\uFEFF${token({ iss: ISSUER, exp: 4_000_000_000 })}\r\n`);
    expect(await check(path)).to.deep.equal({
      code: 0,
      stdout:
        'accepted: subject "alice", session "session-1", issuer "https://tenant.example", expires 2096-10-02T07:06:40.000Z\n',
      stderr: '',
    });
    expect(JSON.parse((await check(path, {}, '--json')).stdout)).to.deep.equal({
      valid: true,
      jwt: {
        accepted: true,
        signatureChecked: true,
        issuer: ISSUER,
        subject: 'alice',
        sessionId: 'session-1',
        expiresAt: '2096-10-02T07:06:40.000Z',
      },
    });
  });

  it('exits 78 for a JWT that serve refuses, and says why', async () => {
    const detail = `its iss is not JWT_ISSUER: expected "${ISSUER}", found "${ISSUER}/"; they differ in the slash at the end`;
    const path = await fileOf(token({ iss: `${ISSUER}/` }));
    expect(await check(path, { JWT_ISSUER: ISSUER })).to.deep.equal({
      code: 78,
      stdout: `refused (issuer): ${detail}\n`,
      stderr: '',
    });
    const { stdout } = await check(path, { JWT_ISSUER: ISSUER }, '--json');
    expect(JSON.parse(stdout)).to.deep.equal({
      valid: true,
      jwt: { accepted: false, signatureChecked: true, reason: 'issuer', detail },
    });
  });

  it('exits 78 with each reason that serve has', async () => {
    const now = Math.floor(Date.now() / 1000);
    const rows: readonly (readonly [reason: string, jwt: string])[] = [
      ['malformed', `${token()}=`],
      ['type', token({}, { header: { alg: 'HS256', typ: 'logout+jwt' } })],
      ['algorithm', ecKey('k').sign()],
      ['signature', token({}, { secret: 'x'.repeat(32) })],
      ['expired', token({ exp: now - 60 })],
      // Within the clock tolerance, but too old for a ticket.
      ['expired', token({ exp: now, aud: 'api' })],
      ['not_yet_valid', token({ nbf: now + 60 })],
      ['audience', token({ aud: 'other' })],
      ['claims', token({ sub: 7.5, aud: 'api' })],
    ];
    const verdicts = await Promise.all(rows.map(([, jwt]) => verdictOn(jwt, { JWT_AUDIENCE: 'api' })));
    expect(verdicts.map(({ code, jwt: { reason } }) => [code, reason])).to.deep.equal(
      rows.map(([reason]) => [78, reason]),
    );
  });

  it('also says what else is wrong with a JWT that has expired on its way', async () => {
    const jwt = token({ exp: 1, iss: 'https://other.example' });
    const { jwt: verdict } = await verdictOn(jwt, { JWT_ISSUER: ISSUER });
    const detail = `its iss is not JWT_ISSUER: expected "${ISSUER}", found "https://other.example"`;
    expect(verdict).to.deep.include({ reason: 'expired', beforeExpiry: { reason: 'issuer', detail } });
    const { stdout } = await check(await fileOf(jwt), { JWT_ISSUER: ISSUER });
    expect(stdout).to.match(/^refused \(expired\): .+\nalso before that \(issuer\): its iss .+\n$/);
    expect((await verdictOn(token({ exp: 1 }))).jwt).to.not.have.property('beforeExpiry');
  });

  it('checks all but the signature with JWT_JWKS_URL, without a request, and says so', async () => {
    const env = { JWT_SECRET: '', JWT_JWKS_URL: 'https://127.0.0.1:1/keys', JWT_ISSUER: ISSUER };
    for (const jwt of [ecKey('k').sign({ iss: ISSUER }), rsaKey('k').sign({ iss: ISSUER }, 'PS256')]) {
      expect(await verdictOn(jwt, env)).to.deep.include({ code: 0 });
      expect(await check(await fileOf(jwt), env)).to.include({ code: 0 });
    }
    const { stdout } = await check(await fileOf(rsaKey('k').sign({ iss: ISSUER })), env);
    expect(stdout).to.match(/^accepted if the published keys, which ticketd does not fetch here, fit its signature: /);
    const refused = await verdictOn(ecKey('k').sign({ iss: 'https://other.example' }), env);
    expect(refused).to.deep.include({ code: 78 });
    expect(refused.jwt).to.include({ accepted: false, signatureChecked: false, reason: 'issuer' });
  });

  it('gives the reason that serve has with JWT_ISSUERS', async () => {
    const slash = `its iss is not JWT_ISSUERS: expected "${ISSUER}", found "${ISSUER}/"; they differ in the slash at the end`;
    const own = 'no key of its issuer is for its alg, HS256; only the keys of its issuer verify it';
    const pem = ecKey('own').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const [es256, rs256] = [ecKey('k').sign({ iss: `${ISSUER}/` }), rsaKey('k').sign({ iss: `${ISSUER}/` })];
    for (const [jwt, env, reason, detail] of [
      [es256, { JWT_SECRET: '' }, 'issuer', slash],
      [es256, {}, 'issuer', slash],
      [rs256, { JWT_SECRET: '', JWT_PUBLIC_KEY: pem }, 'issuer', slash],
      [token({ iss: ISSUER }), {}, 'algorithm', own],
      [token({ iss: `${ISSUER}/` }, { secret: 'x'.repeat(32) }), {}, 'signature', undefined],
    ] as const) {
      const { code, jwt: verdict } = await verdictOn(jwt, { JWT_ISSUERS: ISSUER, ...env });
      expect(code).to.equal(78);
      expect(verdict).to.include({ reason, ...(detail && { detail }) });
    }
    const accepted = await verdictOn(ecKey('k').sign({ iss: ISSUER }), { JWT_ISSUERS: ISSUER });
    expect(accepted.jwt).to.include({ accepted: true, signatureChecked: false });
  });

  it('warns on standard error of a JWT that may be too long for the headers', async () => {
    const { code, stdout, stderr } = await check(await fileOf(token({ groups: 'g'.repeat(12_000) })));
    expect(code).to.equal(0);
    expect(stdout).to.match(/^accepted: /);
    expect(stderr).to.include('431 REQUEST_HEADERS_TOO_LARGE');
  });

  it('exits 78 and lists the problems of an invalid configuration', async () => {
    const { code, stderr } = await check(await fileOf(token()), { PORT: 'http' });
    expect(code).to.equal(78);
    expect(stderr).to.match(/^ {2}PORT: expected /m);
  });

  it('exits 64 for a file that it cannot read as text', async () => {
    const [[encoding, bytes] = ['', Buffer.alloc(0)]] = otherEncodings(token());
    for (const [path, problem] of [
      [join(folder, 'missing'), 'expected a readable file (ENOENT)'],
      [folder, 'expected a regular file'],
      [await fileOf(' \n'), 'expected a file that is not empty'],
      [await fileOf(bytes), `expected a file in UTF-8, found ${encoding}`],
    ] as const) {
      const { code, stdout, stderr } = await check(path);
      expect({ code, stdout }).to.deep.equal({ code: 64, stdout: '' });
      expect(stderr).to.include(`ticketd: --jwt-file: ${problem}`);
    }
  });
});
