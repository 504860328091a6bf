import { expect } from 'chai';
import { seeded } from '../../support/faults/faults.ts';
import { SECRET } from '../../support/jwt.ts';
import { endAll, STACK_TRACE, ticketd } from '../../support/ticketd.ts';

const run = async (args: readonly string[], env: Record<string, string> = {}) => {
  const cli = ticketd(['check-config', ...args], env);
  const { code } = await cli.exit;
  return { code, stdout: cli.stdout, stderr: cli.stderr };
};

const VALID = { JWT_SECRET: SECRET, REDIS_URL: 'redis://app:right-horse-7@redis.internal:6380/2' };
const WRONG = { PORT: 'http', TICKET_TTL_SECONDS: '301', JWT_SECRET: 'short-secret', LOG_LEVEL: 'loud' };

describe('check-config', () => {
  after(endAll);

  it('exits 0 and prints every variable with its value and its source', async () => {
    const { code, stdout, stderr } = await run([], { ...VALID, PORT: '8080' });
    expect(code).to.equal(0);
    expect(stderr).to.equal('');
    expect(stdout).to.match(/^PORT +8080 {2}\(environment\)$/m);
    expect(stdout).to.match(/^INTERNAL_PORT +3001 {2}\(default\)$/m);
    expect(stdout).to.match(/^JWT_ISSUER +– {2}\(unset\)$/m);
  });

  it('masks secrets, and shows REDIS_URL without its credentials', async () => {
    const { stdout } = await run([], VALID);
    expect(stdout).to.match(/^JWT_SECRET +\*{8} {2}\(environment\)$/m);
    expect(stdout).to.match(/^REDIS_URL +redis:\/\/redis\.internal:6380\/2 {2}\(environment\)$/m);
    expect(stdout).not.to.contain(SECRET).and.not.to.contain('right-horse-7');
  });

  it('prints one JSON object with --json, with secrets masked', async () => {
    const { code, stdout, stderr } = await run(['--json'], VALID);
    expect(code).to.equal(0);
    expect(stderr).to.equal('');
    const { valid, settings } = JSON.parse(stdout);
    expect(valid).to.equal(true);
    expect(settings.JWT_SECRET).to.deep.equal({ value: '********', from: 'environment' });
    expect(settings.REDIS_URL).to.deep.equal({ value: 'redis://redis.internal:6380/2', from: 'environment' });
    expect(settings.DRAIN_DELAY_MS).to.deep.equal({ value: '0', from: 'default' });
    expect(settings.JWT_PUBLIC_KEY).to.deep.equal({ value: null, from: 'unset' });
    expect(stdout).not.to.contain(SECRET).and.not.to.contain('right-horse-7');
  });

  it('shows the production defaults when NODE_ENV is production', async () => {
    const { settings } = JSON.parse((await run(['--json'], { ...VALID, NODE_ENV: 'production' })).stdout);
    expect(settings.DRAIN_DELAY_MS.value).to.equal('10000');
    expect(settings.REDIS_FAIL_CLOSED.value).to.equal('true');
  });

  it('exits 78 and lists every problem with its variable, without the value of a secret', async () => {
    const { code, stdout, stderr } = await run([], WRONG);
    expect(code).to.equal(78);
    expect(stdout).to.equal('');
    for (const name of Object.keys(WRONG)) expect(stderr).to.match(new RegExp(`^ {2}${name}: expected .+$`, 'm'));
    expect(stderr).not.to.contain('short-secret').and.not.to.match(STACK_TRACE);
  });

  it('exits 78 with --json and reports every problem in one object on standard output', async () => {
    const { code, stdout, stderr } = await run(['--json'], WRONG);
    expect(code).to.equal(78);
    expect(stderr).to.equal('');
    const { valid, problems } = JSON.parse(stdout);
    expect(valid).to.equal(false);
    expect(problems.map(({ name }: { name: string }) => name)).to.have.members(Object.keys(WRONG));
    for (const { problem } of problems) expect(problem).to.match(/^expected /);
    expect(stdout).not.to.contain('short-secret');
  });

  it('exits 78 when nothing is set, since every environment needs a JWT key', async () => {
    const { code, stderr } = await run([]);
    expect(code).to.equal(78);
    expect(stderr).to.contain('JWT_SECRET');
  });

  it('exits 64 for an unknown argument or option', async () => {
    expect((await run(['--nope'], VALID)).code).to.equal(64);
    expect((await run(['extra'], VALID)).code).to.equal(64);
  });

  it('exits 70 for an internal error', async () => {
    const { code, stderr } = await run([], { ...VALID, ...seeded('throw-on-write') });
    expect(code).to.equal(70);
    expect(stderr).to.contain('internal error: Error: a seeded fault');
  });
});
