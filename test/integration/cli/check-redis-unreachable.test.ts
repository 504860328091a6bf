import { expect } from 'chai';
import { freePort } from '../../support/free-port.ts';
import { startRedis } from '../../support/redis.ts';
import { answering, closeServers, silentServer, tcpServer } from '../../support/tcp-server.ts';
import { endAll, STACK_TRACE, ticketd } from '../../support/ticketd.ts';

const PASSWORD = 'right-horse-7';

interface Expected {
  readonly code: RegExp;
  readonly args?: readonly string[];
}

/** Runs the check for people and for machines; both are to say that Redis is out of reach, and neither the password. */
const expectUnreachable = async (url: string, { code, args = [] }: Expected): Promise<void> => {
  const env = { REDIS_URL: url };
  const cli = ticketd(['check-redis', ...args], env);
  expect((await cli.exit).code).to.equal(1);
  expect(cli.stdout).to.equal('');
  expect(cli.stderr).to.match(/^unreachable: rediss?:\/\/[^ ]+: .+; .+\n$/);
  const json = ticketd(['check-redis', '--json', ...args], env);
  expect((await json.exit).code).to.equal(1);
  const { ok, problem } = JSON.parse(json.stdout);
  expect(ok).to.equal(false);
  expect(problem).to.have.all.keys('verdict', 'errorCode', 'error', 'remedy');
  expect(problem.verdict).to.equal('unreachable');
  expect(problem.errorCode).to.match(code);
  expect(json.stderr).to.equal('');
  expect(cli.output + json.output).not.to.contain(PASSWORD);
  expect(cli.output + json.output).not.to.match(STACK_TRACE);
};

describe('check-redis with an unreachable Redis', () => {
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  it('exits 1 with the cause and a remedy when nothing listens', async () => {
    await expectUnreachable(`redis://:${PASSWORD}@127.0.0.1:${await freePort()}`, { code: /^ECONNREFUSED$/ });
  });

  it('exits 1 with the cause and a remedy when the host does not exist', async () => {
    await expectUnreachable(`redis://:${PASSWORD}@no-such-host.invalid`, { code: /^(ENOTFOUND|EAI_AGAIN)$/ });
  });

  it('exits 1 after --timeout when the server accepts and never answers', async () => {
    const { port } = await silentServer();
    await expectUnreachable(`redis://:${PASSWORD}@127.0.0.1:${port}`, {
      code: /^ETIMEDOUT$/,
      args: ['--timeout', '300'],
    });
  });

  it('exits 1 with the cause and a remedy when the server closes every connection immediately', async () => {
    const { port } = await tcpServer((socket) => socket.end());
    await expectUnreachable(`redis://:${PASSWORD}@127.0.0.1:${port}`, { code: /^ECONNRESET$/ });
  });

  it('exits 1 with the cause and a remedy for rediss:// when Redis has no TLS', async () => {
    const redis = await startRedis({ password: PASSWORD });
    await expectUnreachable(redis.url.replace('redis:', 'rediss:'), {
      code: /^ETIMEDOUT$/,
      args: ['--timeout', '800'],
    });
    await redis.stop();
  });

  it('exits 1 with the cause and a remedy for rediss:// when the server answers in plain text', async () => {
    const { port } = await answering('HTTP/1.1 400 Bad Request\r\n\r\n');
    await expectUnreachable(`rediss://:${PASSWORD}@127.0.0.1:${port}`, { code: /SSL|EPROTO/ });
  });
});
