import { expect } from 'chai';
import { SECRET } from '../../support/jwt.ts';
import { GATEWAY_KEY, issueTicket, redeem } from '../../support/redeem.ts';
import { endAll, serve, ticketd } from '../../support/ticketd.ts';

const token = async (args: readonly string[], env: Record<string, string> = {}) => {
  const cli = ticketd(['token', ...args], env);
  const { code } = await cli.exit;
  return { code, stdout: cli.stdout, stderr: cli.stderr };
};

describe('token', () => {
  afterEach(endAll);

  it('prints a JWT that serve accepts in the same environment', async () => {
    const env = {
      JWT_SECRET: `${SECRET},another-secret-for-tests-of-32-bytes`,
      JWT_ISSUER: 'https://id.example',
      JWT_AUDIENCE: 'ticketd',
      JWT_SESSION_CLAIM: 'session',
    };
    const { code, stdout, stderr } = await token(['--subject', 'alice', '--session', 's-1', '--claim', 'a=[1]'], env);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const service = serve({ ...env, REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY });
    const ticket = await issueTicket({ url: await service.url() }, { jwt: stdout.trim() });
    const { body } = await redeem({ internalUrl: await service.url('internal') }, { ticket });
    expect(body).to.include({ issuer: 'https://id.example', subject: 'alice', sessionId: 's-1' });
  });

  it('exits 64 and says what is wrong for a wrong option, without a JWT', async () => {
    const wrong: Readonly<Record<string, readonly string[]>> = {
      '--subject': [],
      "'later'": ['--subject', 'alice', '--ttl', 'later'],
      'from 1 to 86400': ['--subject', 'alice', '--ttl', '86401'],
      'use --subject': ['--subject', 'alice', '--claim', 'sub=mallory'],
      'name=value': ['--subject', 'alice', '--claim', 'role'],
      'too many arguments': ['alice', '--subject', 'alice'],
    };
    for (const [message, args] of Object.entries(wrong)) {
      const { code, stdout, stderr } = await token(args, { JWT_SECRET: SECRET });
      expect({ code, stdout }, message).to.deep.equal({ code: 64, stdout: '' });
      expect(stderr)
        .to.contain(message)
        .and.not.match(/\n +at /);
    }
  });

  it('exits 78 in production, and without JWT_SECRET, and names the variable', async () => {
    const production = await token(['--subject', 'alice'], { NODE_ENV: 'production', JWT_SECRET: SECRET });
    expect(production).to.include({ code: 78, stdout: '' });
    expect(production.stderr).to.contain('NODE_ENV: expected');
    const unset = await token(['--subject', 'alice']);
    expect(unset).to.include({ code: 78, stdout: '' });
    expect(unset.stderr).to.contain('JWT_SECRET: expected');
  });
});
