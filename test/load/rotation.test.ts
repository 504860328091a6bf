import { expect } from 'chai';
import { TICKET_PATH } from '../support/ask.ts';
import { closeProviders } from '../support/identity-provider.ts';
import { bearer, token } from '../support/jwt.ts';
import { createPost } from '../support/pooled-post.ts';
import { type RealProvider, startRealProvider } from '../support/real-provider.ts';
import { REDEEM_PATH } from '../support/redeem.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { mountSecrets, type SecretFiles } from '../support/secret-files.ts';
import { ecKey, edKey, rsaKey, type SigningKey } from '../support/signing-key.ts';
import { endAll, serve, type Ticketd } from '../support/ticketd.ts';
import { until } from '../support/until.ts';

const AUDIENCE = 'ticketd';
const PER_SECOND = 500;
const EVERY_MS = 20;

const pem = ({ publicKey }: SigningKey): string => publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** One generation of everything that rotates. */
const generation = (name: string) => ({
  secret: `the-${name}-secret-of-at-least-32-bytes`,
  key: ecKey(name),
  gateway: `the-${name}-gateway-key-of-32-characters`,
  password: `the-${name}-password`,
  ofA: rsaKey(`a-${name}`),
  ofB: edKey(`b-${name}`),
});
type Generation = ReturnType<typeof generation>;
const [OLD, NEW] = [generation('old'), generation('new')];

describe('a rotation of everything under load', function () {
  this.timeout(180_000);
  let redis: TestRedis;
  let files: SecretFiles;
  let [a, b]: RealProvider[] = [];
  let service: Ticketd;
  let urls: { readonly issue: string; readonly redeem: string };

  const redisUrl = ({ password }: Generation) => `redis://app:${password}@${redis.host}:${redis.port}`;
  const textsOf = (...generations: readonly [Generation, ...Generation[]]) => ({
    secret: generations.map(({ secret }) => secret).join(),
    key: generations.map(({ key }) => pem(key)).join(''),
    gateway: generations.map(({ gateway }) => gateway).join(),
    redis: redisUrl(generations[0]),
  });

  before(async () => {
    redis = await startRedis();
    await redis.cli('ACL', 'SETUSER', 'app', 'on', `>${OLD.password}`, '~*', '&*', '+@all');
    files = await mountSecrets(textsOf(OLD));
    a = await startRealProvider(AUDIENCE, OLD.ofA);
    b = await startRealProvider(AUDIENCE, OLD.ofB);
    service = serve({
      JWT_SECRET_FILE: files.pathOf('secret'),
      JWT_PUBLIC_KEY_FILE: files.pathOf('key'),
      GATEWAY_KEYS_FILE: files.pathOf('gateway'),
      REDIS_URL_FILE: files.pathOf('redis'),
      JWT_ISSUERS: `${a.issuer},${b.issuer}`,
      JWT_AUDIENCE: AUDIENCE,
    });
    urls = {
      issue: `${await service.url()}${TICKET_PATH}`,
      redeem: `${await service.url('internal')}${REDEEM_PATH}`,
    };
  });
  after(async () => {
    await endAll();
    await files.remove();
    await closeProviders();
  });

  const claims = { aud: AUDIENCE };
  const jwtsOf = async ({ secret, key }: Generation) => [
    token(claims, { secret }),
    key.sign(claims),
    ...(await Promise.all([a, b].map(async (provider) => (await provider?.token()) ?? ''))),
  ];

  const post = createPost(64);
  const issue = (jwt: string) => post(urls.issue, bearer(jwt));
  const redeem = (key: string, ticket: string) =>
    post(urls.redeem, { ...bearer(key), 'Content-Type': 'application/json' }, JSON.stringify({ ticket }));

  /** Issues and redeems with what `use` was called with last, until `end`, which resolves with how many got each status. */
  const load = () => {
    const counts = new Map<number, number>();
    const running = new Set<Promise<void>>();
    let jwts: readonly string[] = [];
    let gateway = '';
    let sent = 0;
    const count = (status: number) => counts.set(status, (counts.get(status) ?? 0) + 1);
    const once = async (jwt: string): Promise<void> => {
      const key = gateway;
      const issued = await issue(jwt);
      count(issued.status);
      if (issued.status !== 200) return;
      const { ticket } = (await issued.json()) as { ticket: string };
      count((await redeem(key, ticket)).status);
    };
    const timer = setInterval(() => {
      for (let n = 0; n < (PER_SECOND * EVERY_MS) / 2_000; n += 1) {
        sent += 1;
        const one = once(jwts[sent % jwts.length] ?? '').finally(() => running.delete(one));
        running.add(one);
      }
    }, EVERY_MS);
    return {
      use: (next: readonly string[], key: string) => {
        jwts = next;
        gateway = key;
      },
      more: async (requests: number) => {
        const enough = sent + requests;
        await until(`${requests} more requests`, () => sent >= enough);
      },
      end: async () => {
        clearInterval(timer);
        await Promise.all(running);
        return counts;
      },
    };
  };

  const reloads = (count: number) =>
    until(`${count} reloads`, () => service.linesOf('config_reloaded').length === count);

  it('answers every request with a current key, and refuses every old one afterwards', async () => {
    const old = await jwtsOf(OLD);
    const traffic = load();
    traffic.use(old, OLD.gateway);
    await traffic.more(500);

    // The new ones beside the old ones, then the clients that use them.
    await redis.cli('ACL', 'SETUSER', 'app', `>${NEW.password}`);
    await files.swap(textsOf(NEW, OLD));
    a?.rotate(NEW.ofA, OLD.ofA);
    b?.rotate(NEW.ofB, OLD.ofB);
    await reloads(1);
    const current = await jwtsOf(NEW);
    traffic.use([...current, ...old], OLD.gateway);
    await traffic.more(500);
    traffic.use(current, NEW.gateway);
    await traffic.more(500);

    // The old ones go. What was sent with them has been answered by the time that the files are read.
    a?.rotate(NEW.ofA);
    b?.rotate(NEW.ofB);
    await files.swap(textsOf(NEW));
    await redis.cli('ACL', 'SETUSER', 'app', `<${OLD.password}`);
    await reloads(2);
    await traffic.more(500);
    const counts = await traffic.end();

    expect(Object.fromEntries(counts)).to.have.all.keys('200');
    expect(counts.get(200)).to.be.above(4_000);
    expect(service.linesOf('config_reloaded').map(({ names }) => names)).to.deep.equal([
      'GATEWAY_KEYS, REDIS_URL, JWT_SECRET, JWT_PUBLIC_KEY',
      'GATEWAY_KEYS, JWT_SECRET, JWT_PUBLIC_KEY',
    ]);
    for (const event of ['config_reload_fail', 'redis_down', 'auth_rejected', 'jwks_refresh_fail'])
      expect(service.linesOf(event)).to.deep.equal([]);
    await until('the old keys are gone', async () => {
      const statuses = await Promise.all(old.map(async (jwt) => (await issue(jwt)).status));
      // 503 where the provider may not have published a key yet that young JWTs name.
      return statuses.every((status) => status === 401 || status === 503);
    });
    expect((await issue(old[0] ?? '')).status).to.equal(401);
    expect((await issue(old[1] ?? '')).status).to.equal(401);
    expect((await redeem(OLD.gateway, 'x')).status).to.equal(401);
    expect(service.process.exitCode).to.equal(null);
  });
});
