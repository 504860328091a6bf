import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SECRET, token } from '../../support/jwt.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { run } from '../../support/run.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';
import { runScript } from '../support/script.ts';

// A key may contain characters that are special in a shell or a quoted string.
const KEY = `${GATEWAY_KEY}"$HOME"\\'x'`;

describe('ops/deploy/scripts/smoke.sh', () => {
  let redis: TestRedis;
  let service: Ticketd;
  let url: string;
  let env: Record<string, string>;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ticketd-smoke-'));
    redis = await startRedis();
    service = serve({ NODE_ENV: 'production', JWT_SECRET: SECRET, REDIS_URL: redis.url, GATEWAY_KEYS: KEY });
    url = await service.url();
    const TICKETD_INTERNAL_URL = await service.url('internal');
    env = { TICKETD_JWT: token(), TICKETD_GATEWAY_KEY: KEY, TICKETD_INTERNAL_URL };
  });
  after(async () => {
    await endAll();
    await redis.stop();
    await rm(folder, { recursive: true });
  });

  it('issues, redeems and replays a ticket and exits with code 0', async () => {
    const { code, stdout, stderr } = await runScript('smoke.sh', [url], env);
    expect(stderr).to.equal('');
    expect(stdout).to.match(
      /ok {4}issues a ticket\n(.*\n)*ok {4}redeems the ticket\nok {4}refuses to redeem it again\n/,
    );
    expect(stdout)
      .to.match(/^all passed$/m)
      .and.not.to.match(/FAIL|wst_/);
    expect(code).to.equal(0);
  });

  it('accepts credentials from files and a URL with a trailing slash', async () => {
    const [jwt, key] = [join(folder, 'jwt'), join(folder, 'key')];
    await writeFile(jwt, `${token()}\n`);
    await writeFile(key, `${KEY}\n`);
    const { TICKETD_INTERNAL_URL = '' } = env;
    const files = { TICKETD_INTERNAL_URL, TICKETD_JWT_FILE: jwt, TICKETD_GATEWAY_KEY_FILE: key };
    expect((await runScript('smoke.sh', [`${url}/`], files)).code).to.equal(0);
  });

  it('skips the internal listener with --public-only', async () => {
    const { code, stdout } = await runScript('smoke.sh', ['--public-only', url], { TICKETD_JWT: token() });
    expect(code).to.equal(0);
    expect(stdout).to.contain('issues a ticket').and.not.to.contain('redeems the ticket');
  });

  it('passes credentials to curl outside its arguments', async () => {
    const [curl, log] = [join(folder, 'curl'), join(folder, 'arguments')];
    const real = await run('which', ['curl']);
    await writeFile(curl, `#!/bin/sh\nprintf '%s\\n' "$*" >> ${log}\nexec ${real} "$@"\n`);
    await chmod(curl, 0o755);
    await runScript('smoke.sh', [url], { ...env, PATH: `${folder}:${process.env.PATH}` });
    const shown = await readFile(log, 'utf8');
    expect(shown).to.contain(`${url}/api/v1/ready`);
    for (const secret of [env.TICKETD_JWT, GATEWAY_KEY, 'wst_']) expect(shown).not.to.contain(secret);
  });

  it('exits with code 1 and names the failed check when a credential is wrong', async () => {
    const wrong = await runScript('smoke.sh', [url], { ...env, TICKETD_JWT: 'wrong' });
    expect(wrong.code).to.equal(1);
    expect(wrong.stdout).to.match(/FAIL {2}issues a ticket: expected 200 .*, got 401 .*AUTH_TOKEN_INVALID/);
    const key = await runScript('smoke.sh', [url], { ...env, TICKETD_GATEWAY_KEY: `${GATEWAY_KEY}-wrong` });
    expect(key.code).to.equal(1);
    expect(key.stdout).to.match(/FAIL {2}redeems the ticket: expected 200 .*, got 401 .*GATEWAY_UNAUTHORIZED/);
  });

  it('exits with code 1 when a used ticket is redeemed again', async () => {
    const ticket = `wst_${'a'.repeat(49)}`;
    const careless = createServer((_req, res) => res.end(JSON.stringify({ ticket, active: true, ready: true })));
    await new Promise<void>((resolve) => careless.listen(0, '127.0.0.1', resolve));
    const there = `http://127.0.0.1:${(careless.address() as AddressInfo).port}`;
    const { code, stdout } = await runScript('smoke.sh', [there], { ...env, TICKETD_INTERNAL_URL: there });
    careless.close();
    expect(code).to.equal(1);
    expect(stdout).to.contain('ok    redeems the ticket').and.to.contain('FAIL  refuses to redeem it again');
    expect(stdout).not.to.contain(ticket);
  });

  it('exits with code 1 when nothing listens at the URL', async () => {
    const { code, stdout } = await runScript('smoke.sh', ['--public-only', 'http://127.0.0.1:9'], env);
    expect(code).to.equal(1);
    expect(stdout).to.match(/FAIL {2}is live: .*connect/i);
  });

  const wrongly: readonly (readonly [string, readonly string[], Record<string, string>])[] = [
    ['without a URL', [], {}],
    ['with an unknown option', ['--fast', 'http://127.0.0.1:9'], {}],
    ['without a JWT', ['--public-only', 'http://127.0.0.1:9'], {}],
    ['without a gateway key', ['http://127.0.0.1:9'], { TICKETD_JWT: 'x', TICKETD_INTERNAL_URL: 'http://127.0.0.1:9' }],
    ['without the internal URL', ['http://127.0.0.1:9'], { TICKETD_JWT: 'x', TICKETD_GATEWAY_KEY: 'x' }],
    ['with a file that cannot be read', ['--public-only', 'http://127.0.0.1:9'], { TICKETD_JWT_FILE: '/nowhere' }],
  ];
  for (const [how, args, given] of wrongly)
    it(`exits with code 64 without a request when called ${how}`, async () => {
      const { code, stdout, stderr } = await runScript('smoke.sh', args, given);
      expect(code).to.equal(64);
      expect(stdout).to.equal('');
      expect(stderr).to.match(/smoke\.sh: /);
    });

  it('prints its usage with --help', async () => {
    const { code, stdout } = await runScript('smoke.sh', ['--help']);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^usage: smoke\.sh/);
  });
});
