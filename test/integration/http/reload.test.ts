import { open } from 'node:fs/promises';
import { expect } from 'chai';
import request from 'supertest';
import { closeProviders, startIdentityProvider } from '../../support/identity-provider.ts';
import { bearer, token } from '../../support/jwt.ts';
import { issueTicket, REDEEM_PATH } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { mountSecrets, type SecretFiles } from '../../support/secret-files.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';
import { ecKey, type SigningKey } from '../../support/signing-key.ts';
import { until } from '../../support/until.ts';

const [OLD, NEW] = ['the-old-secret-which-is-rotated-out', 'the-new-secret-which-is-rotated-in'];
const [OLD_GATEWAY, NEW_GATEWAY] = ['o'.repeat(32), 'n'.repeat(32)];
const [first, second] = [ecKey('first'), ecKey('second')];
// A young JWT of an unknown key gets 503, since the key may not be published yet.
const LONG_AGO = Math.floor(Date.now() / 1000) - 601;
const pem = ({ publicKey }: SigningKey): string => publicKey.export({ type: 'spki', format: 'pem' }).toString();

describe('reload', () => {
  let redis: TestRedis;
  let files: SecretFiles;
  let service: RunningService;
  before(async () => {
    redis = await startRedis({ password: 'first-password' });
  });
  beforeEach(async () => {
    files = await mountSecrets({ secret: OLD, key: pem(first), gateway: OLD_GATEWAY, redis: redis.url });
    service = await startService({
      JWT_SECRET: '',
      JWT_SECRET_FILE: files.pathOf('secret'),
      JWT_PUBLIC_KEY_FILE: files.pathOf('key'),
      GATEWAY_KEYS_FILE: files.pathOf('gateway'),
      REDIS_URL_FILE: files.pathOf('redis'),
    });
  });
  afterEach(async () => {
    await service.stop();
    await files.remove();
  });

  const statusOf = async (jwt: string) => (await requestTicket(service, jwt)).status;
  const signed = (secret: string) => statusOf(token({}, { secret }));
  const gatewayStatus = async (key: string) =>
    (await request(service.internalUrl).post(REDEEM_PATH).set(bearer(key)).send({ ticket: 'x' })).status;
  const outcomes = () =>
    service.events
      .filter(({ event }) => event.startsWith('config_reload'))
      .map(({ event, names }) => `${event}: ${names}`);

  it('puts new secrets, keys and gateway keys in force, all together, and refuses the old ones', async () => {
    const before = [await signed(OLD), await statusOf(first.sign()), await gatewayStatus(OLD_GATEWAY)];
    expect(before).to.deep.equal([200, 200, 403]);
    await files.swap({ secret: NEW, key: pem(second), gateway: NEW_GATEWAY });
    await service.reload();
    expect(outcomes()).to.deep.equal(['config_reloaded: GATEWAY_KEYS, JWT_SECRET, JWT_PUBLIC_KEY']);
    const now = [await signed(NEW), await statusOf(second.sign()), await gatewayStatus(NEW_GATEWAY)];
    expect(now).to.deep.equal([200, 200, 403]);
    const old = [await signed(OLD), await statusOf(first.sign()), await gatewayStatus(OLD_GATEWAY)];
    expect(old).to.deep.equal([401, 401, 401]);
  });

  it('logs that it was asked when nothing has changed', async () => {
    await service.reload();
    expect(outcomes()).to.deep.equal(['config_reloaded: ']);
    expect(await signed(OLD)).to.equal(200);
  });

  for (const [what, texts, names] of [
    ['a file is empty', { secret: '' }, 'JWT_SECRET_FILE'],
    ['a secret is too short', { secret: 'short' }, 'JWT_SECRET'],
    ['a key is cut', { key: pem(second).slice(0, 80) }, 'JWT_PUBLIC_KEY'],
    ['a list ends in a comma', { gateway: `${NEW_GATEWAY},` }, 'GATEWAY_KEYS'],
    ['the address of Redis changes', { redis: 'redis://:first-password@elsewhere:6379' }, 'REDIS_URL'],
    ['Redis becomes the embedded store', { redis: 'memory://' }, 'REDIS_URL'],
    ['two are wrong', { gateway: 'short', key: 'none' }, 'JWT_PUBLIC_KEY, GATEWAY_KEYS'],
  ] as const)
    it(`keeps every old value when ${what}, and logs the name and no value`, async () => {
      await files.swap({ secret: NEW, ...texts });
      await service.reload();
      expect(outcomes().map((outcome) => outcome.split(': ')[1]?.split(', ').sort())).to.deep.equal([
        names.split(', ').sort(),
      ]);
      expect(service.eventsOf('config_reload_fail')).to.have.lengthOf(1);
      expect(await signed(OLD)).to.equal(200);
      expect(await signed(NEW)).to.equal(401);
      const log = JSON.stringify(service.events);
      for (const value of [NEW, NEW_GATEWAY, 'first-password', 'elsewhere']) expect(log).to.not.include(value);
      await files.swap({ secret: NEW, key: pem(first), gateway: OLD_GATEWAY, redis: redis.url });
      await service.reload();
      expect(await signed(NEW)).to.equal(200);
    });

  it('keeps the old values while a file is being written', async () => {
    const file = await open(files.pathOf('secret'), 'w');
    await file.write(NEW.repeat(2));
    const reloading = service.reload();
    // The reload has read the file, and reads it once more after a moment.
    await new Promise((resolve) => setImmediate(resolve));
    const writing = setInterval(() => void file.write('.'), 20);
    await reloading;
    clearInterval(writing);
    await file.close();
    expect(outcomes()).to.deep.equal(['config_reload_fail: JWT_SECRET_FILE']);
    expect(await signed(OLD)).to.equal(200);
  });

  it('fetches the published keys at SIGHUP, also while a file is invalid', async () => {
    const provider = await startIdentityProvider(first, second);
    const env = { JWT_JWKS_URL: provider.url, JWT_SECRET: '', JWT_SECRET_FILE: files.pathOf('secret') };
    await withService({ REDIS_URL: 'memory://', ...env }, async (other) => {
      const status = async (key: SigningKey) => (await requestTicket(other, key.sign({ iat: LONG_AGO }))).status;
      expect([await status(first), await status(second)]).to.deep.equal([200, 200]);
      await files.swap({ secret: 'short' });
      provider.publish(second);
      await other.reload();
      await until('the withdrawn key is refused', async () => (await status(first)) === 401);
      expect(await status(second)).to.equal(200);
      expect(other.eventsOf('config_reloaded')).to.deep.equal([]);
    }).finally(closeProviders);
  });

  it('authenticates new connections to Redis with the new password, and keeps the one in use', async () => {
    await redis.cli('CONFIG', 'SET', 'requirepass', 'second-password');
    await files.swap({ redis: redis.url.replace('first', 'second') });
    await service.reload();
    expect(outcomes()).to.deep.equal(['config_reloaded: REDIS_URL']);
    expect(await signed(OLD)).to.equal(200);
    expect(service.eventsOf('redis_down')).to.deep.equal([]);
    await kill();
    await until('ready again', async () => (await signed(OLD)) === 200);
    expect(JSON.stringify(service.events)).to.not.include('WRONGPASS');
    await restorePassword();
  });

  it('reads the file as soon as Redis refuses the password', async () => {
    await files.swap({ redis: redis.url.replace('first', 'second') });
    await redis.cli('CONFIG', 'SET', 'requirepass', 'second-password');
    await kill();
    await until('ready again', async () => (await signed(OLD)) === 200);
    expect(outcomes()).to.deep.equal(['config_reloaded: REDIS_URL']);
    const ticket = await issueTicket(service, { jwt: token({}, { secret: OLD }) });
    expect(ticket).to.be.a('string');
    await restorePassword();
  });

  const withSecondPassword = async (...args: string[]) => {
    const { Redis } = await import('ioredis');
    const client = new Redis(redis.url.replace('first', 'second'), { lazyConnect: true, retryStrategy: null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.call(...(args as [string, ...string[]]));
    } finally {
      client.disconnect();
    }
  };
  const kill = () => withSecondPassword('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  const restorePassword = () => withSecondPassword('CONFIG', 'SET', 'requirepass', 'first-password');
});
