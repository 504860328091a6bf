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

describe('check-redis exits 1, naming the cause and a remedy, where', () => {
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  it('nothing listens', async () => {
    await expectUnreachable(`redis://:${PASSWORD}@127.0.0.1:${await freePort()}`, { code: /^ECONNREFUSED$/ });
  });

  it('the host does not exist', async () => {
    await expectUnreachable(`redis://:${PASSWORD}@no-such-host.invalid`, { code: /^(ENOTFOUND|EAI_AGAIN)$/ });
  });

  it('the server accepts and never answers, once --timeout has passed', async () => {
    const { port } = await silentServer();
    await expectUnreachable(`redis://:${PASSWORD}@127.0.0.1:${port}`, {
      code: /^ETIMEDOUT$/,
      args: ['--timeout', '300'],
    });
  });

  it('the server closes every connection at once', async () => {
    const { port } = await tcpServer((socket) => socket.end());
    await expectUnreachable(`redis://:${PASSWORD}@127.0.0.1:${port}`, { code: /^ECONNRESET$/ });
  });

  it('TLS is asked of a Redis that has none', async () => {
    const redis = await startRedis({ password: PASSWORD });
    await expectUnreachable(redis.url.replace('redis:', 'rediss:'), {
      code: /^ETIMEDOUT$/,
      args: ['--timeout', '800'],
    });
    await redis.stop();
  });

  it('TLS is asked of a server that answers in plain text', async () => {
    const { port } = await answering('HTTP/1.1 400 Bad Request\r\n\r\n');
    await expectUnreachable(`rediss://:${PASSWORD}@127.0.0.1:${port}`, { code: /SSL|EPROTO/ });
  });
});
