import { expect } from 'chai';
import { SECRET } from '../../support/jwt.ts';
import { startRedis } from '../../support/redis.ts';
import { run } from '../../support/run.ts';
import { endAll, ticketd } from '../../support/ticketd.ts';
import { readTaskDefinition } from '../support/task-definition.ts';

// The values that Secrets Manager would set.
const SECRETS: Readonly<Record<string, string>> = {
  REDIS_URL: 'rediss://:password@redis.example:6379',
  JWT_SECRET: SECRET,
  GATEWAY_KEYS: 'a-gateway-key-of-32-characters-or-more',
};

const containerOf = (file: string, name: string) => {
  const found = readTaskDefinition(file).ContainerDefinitions.find(({ Name }) => Name === name);
  if (found === undefined) throw new Error(`no container ${name} in ${file}`);
  return found;
};

describe('ECS task environment', () => {
  afterEach(endAll);

  for (const file of ['task-definition.json', 'task-definition.sidecar.json'])
    it(`passes check-config for production: ${file}`, async () => {
      const { Environment = [], Secrets = [] } = containerOf(file, 'ticketd');
      const check = ticketd(['check-config', '--json'], {
        ...Object.fromEntries(Environment.map(({ Name, Value }) => [Name, Value])),
        ...Object.fromEntries(Secrets.map(({ Name }) => [Name, SECRETS[Name] ?? ''])),
      });
      expect((await check.exit).code, check.output).to.equal(0);
      expect(check.stdout).to.contain('production');
    });

  describe('health check of the Redis container', () => {
    /** Runs the check as ECS would, on another port than Redis' usual one. */
    const checkOn = async (port: number): Promise<boolean> => {
      const [kind, command = ''] = containerOf('task-definition.sidecar.json', 'redis').HealthCheck?.Command ?? [];
      expect(kind).to.equal('CMD-SHELL');
      const asked = command.replace('redis-cli', `redis-cli -p ${port}`);
      return run('sh', ['-c', asked]).then(
        () => true,
        () => false,
      );
    };

    it('passes when Redis replies and fails when it is gone', async () => {
      const redis = await startRedis();
      expect(await checkOn(redis.port)).to.equal(true);
      await redis.stop();
      expect(await checkOn(redis.port)).to.equal(false);
    });

    it('fails when Redis replies with an error, although redis-cli exits with code 0', async () => {
      const redis = await startRedis({ password: 'horse-7' });
      expect(await run('redis-cli', ['-p', String(redis.port), 'ping'])).to.contain('NOAUTH');
      expect(await checkOn(redis.port)).to.equal(false);
      await redis.stop();
    });

    it('belongs to a Redis that accepts its command-line arguments', async () => {
      const { Command: command = [] } = containerOf('task-definition.sidecar.json', 'redis') as { Command?: string[] };
      const redis = await startRedis({ args: command.slice(1) });
      expect(await redis.cli('CONFIG', 'GET', 'maxmemory-policy')).to.equal('maxmemory-policy\nnoeviction');
      expect(await redis.cli('CONFIG', 'GET', 'save')).to.equal('save\n');
      await redis.stop();
    });
  });
});
