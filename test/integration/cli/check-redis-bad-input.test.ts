import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { endAll, ticketd } from '../../support/ticketd.ts';

const PASSWORD = 'right-horse-7';

/** Each is refused by the variable's name, with part of what was expected. */
const BAD_URLS: Readonly<Record<string, string>> = {
  [`redis://:${PASSWORD}@host?enableOfflineQueue=false`]: 'no query parameters',
  [`redis://:${PASSWORD}@host/0?db=1`]: 'no query parameters',
  [`redis://:${PASSWORD}@host#x`]: '%23',
  [`http://:${PASSWORD}@host`]: 'starts with redis:// or rediss://',
  [`unix://${PASSWORD}.sock`]: 'unix:// with an absolute path',
  [`redis+tls://:${PASSWORD}@host`]: 'starts with redis:// or rediss://',
  [`${PASSWORD}`]: 'a URL like',
  [`redis://:${PASSWORD}@`]: 'a URL like',
  [`redis://:${PASSWORD}@host:port`]: 'a URL like',
  [`redis://:${PASSWORD}@host:65536`]: 'a URL like',
  [`redis://:${PASSWORD}@host:0`]: 'a port from 1 to 65535',
  [`redis://:${PASSWORD}@host/zero`]: 'a database number',
  [`redis://:%${PASSWORD}@host`]: 'percent-encoding',
  [`redis://:${PASSWORD}@ho st`]: 'without spaces',
  [`redis://:${PASSWORD}@a,b`]: 'one server; a list requires REDIS_SENTINEL_MASTER or REDIS_CLUSTER',
  [`redis://:${PASSWORD}@a,redis://:other@b`]: 'the same scheme, user, password and database',
  [`redis://:${PASSWORD}@a,rediss://b`]: 'the same scheme',
  [`redis://:${PASSWORD}@a,`]: 'expected',
};

describe('check-redis with a wrong configuration', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ticketd-input-'));
  });
  after(() => rm(directory, { recursive: true }));
  afterEach(endAll);

  const expectRefused = async (env: Record<string, string>, line: RegExp): Promise<void> => {
    for (const args of [[], ['--json']]) {
      const cli = ticketd(['check-redis', ...args], env);
      expect((await cli.exit).code).to.equal(78);
      expect(cli.stdout).to.equal('');
      expect(cli.stderr.split('\n')[0]).to.match(/^ticketd: invalid configuration/);
      expect(cli.stderr.trimEnd().split('\n').slice(1), cli.stderr).to.have.length(1);
      expect(cli.stderr).to.match(line);
      expect(cli.stderr).not.to.contain(PASSWORD);
    }
  };

  for (const [url, expected] of Object.entries(BAD_URLS))
    it(`exits 78 with one line, without the password, for REDIS_URL=${url}`, () =>
      expectRefused({ REDIS_URL: url }, new RegExp(`^ +REDIS_URL: .*${expected}`, 'm')));

  it('exits 78 with one line about REDIS_TLS_CA_FILE when the CA file is missing', () =>
    expectRefused(
      { REDIS_URL: `rediss://:${PASSWORD}@host`, REDIS_TLS_CA_FILE: join(directory, 'none.pem') },
      /^ +REDIS_TLS_CA_FILE: expected /m,
    ));

  it('exits 78 with one line about REDIS_TLS_CA_FILE when the CA file contains no certificate', async () => {
    const file = join(directory, 'empty.pem');
    await writeFile(file, 'no certificate');
    await expectRefused(
      { REDIS_URL: `rediss://:${PASSWORD}@host`, REDIS_TLS_CA_FILE: file },
      /^ +REDIS_TLS_CA_FILE: expected /m,
    );
  });

  it('exits 78 with one line about REDIS_URL_FILE when the file is missing', () =>
    expectRefused({ REDIS_URL_FILE: join(directory, 'none') }, /^ +REDIS_URL_FILE: expected a readable file/m));

  for (const [what, env, name] of [
    ['TLS settings without rediss://', { REDIS_TLS_SERVERNAME: 'host' }, 'REDIS_TLS_SERVERNAME'],
    ['both Sentinel and Cluster', { REDIS_SENTINEL_MASTER: 'm', REDIS_CLUSTER: 'true' }, 'REDIS_CLUSTER'],
    ['a Sentinel password without Sentinel', { REDIS_SENTINEL_PASSWORD: PASSWORD }, 'REDIS_SENTINEL_PASSWORD'],
    ['a database number with Cluster', { REDIS_URL: 'redis://host/1', REDIS_CLUSTER: 'true' }, 'REDIS_URL'],
    ['memory:// with Cluster', { REDIS_URL: 'memory://', REDIS_CLUSTER: 'true' }, 'REDIS_URL'],
    ['a value that is not a boolean', { REDIS_CLUSTER: 'yes' }, 'REDIS_CLUSTER'],
    ['an invalid master name', { REDIS_SENTINEL_MASTER: 'two words' }, 'REDIS_SENTINEL_MASTER'],
  ] as const)
    it(`exits 78 with one line about ${name} for ${what}`, () =>
      expectRefused(env, new RegExp(`^ +${name}: expected `, 'm')));

  it('exits 78 and prints nothing with --quiet for a wrong value', async () => {
    const cli = ticketd(['check-redis', '--quiet'], { REDIS_URL: 'http://host' });
    expect((await cli.exit).code).to.equal(78);
    expect(cli.output).to.equal('');
  });
});
