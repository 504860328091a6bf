import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ask } from '../../support/ask.ts';
import { SECRET } from '../../support/jwt.ts';
import { startRedis } from '../../support/redis.ts';
import { endAll, STACK_TRACE, serve, type Ticketd } from '../../support/ticketd.ts';

// Not by --import, after which Node.js begins the command in another way.
const SEEDED = `--require=${fileURLToPath(new URL('../../support/faults/print-on-signal.cjs', import.meta.url))}`;

describe('serve when a library or Node.js prints something', () => {
  let service: Ticketd;
  before(async () => {
    service = serve({ JWT_SECRET: SECRET, REDIS_URL: 'memory://', NODE_OPTIONS: SEEDED });
    await service.url();
    service.process.kill('SIGUSR2');
    await service.line(({ source }) => source === 'DeprecationWarning');
  });
  after(endAll);

  it('logs each text once as library_output, without what an error has in its fields', () => {
    const lines = service.linesOf('library_output').map(({ level, source, text }) => [level, source, text]);
    expect(lines).to.deep.equal([
      ['warn', 'Warning', 'seeded early'],
      ['warn', 'console.error', '[lib] seeded: %s redis://[credentials]@redis seeded error'],
      ['warn', 'console.warn', 'seeded fields'],
      ['warn', 'console.log', 'seeded lines'],
      ['warn', 'console.info', 'seeded again and again'],
      ['warn', 'DeprecationWarning', 'seeded'],
    ]);
  });

  it('writes nothing to stderr', async () => {
    service.process.kill('SIGTERM');
    expect(await service.exit).to.deep.equal({ code: 0, signal: null });
    expect(service.stderr).to.equal('');
    expect(service.output).not.to.match(STACK_TRACE);
  });
});

describe('serve with a Redis about which ioredis prints something', () => {
  afterEach(endAll);

  const set = {
    'a password that Redis does not need': { user: ':right-horse-7@', prepare: [] },
    'a user without INFO, and a replica': {
      user: 'app:right-horse-7@',
      prepare: [
        ['ACL', 'SETUSER', 'app', 'on', '>right-horse-7', '~ticketd:*', '+SET', '+GETDEL', '+MGET'],
        ['REPLICAOF', '127.0.0.1', '1'],
      ],
    },
  };
  for (const [name, { user, prepare }] of Object.entries(set))
    it(`writes nothing to stderr: ${name}`, async () => {
      const redis = await startRedis();
      for (const command of prepare) await redis.cli(...command);
      const url = redis.url.replace('redis://', `redis://${user}`);
      const service = serve({ JWT_SECRET: SECRET, REDIS_URL: url, REDIS_STARTUP_TIMEOUT_MS: '3000' });
      expect((await ask(`${await service.url()}/health`)).status).to.equal(200);
      expect(service.stderr).to.equal('');
      await redis.stop();
    });
});
