import { expect } from 'chai';
import { ask, keepAliveAgent, TICKET_PATH } from '../../support/ask.ts';
import { closeProviders, type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts';
import { bearer, token } from '../../support/jwt.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { ecKey, type SigningKey } from '../../support/signing-key.ts';
import { until } from '../../support/until.ts';

const [first, second, third] = [ecKey('first'), ecKey('second'), ecKey('third')];
const madeUp = (keyid: string) => token({}, { secret: first.privateKey, algorithm: 'ES256', keyid });
const WORKERS = 16;
const COOL_DOWN_MS = 5_000;

describe('JWKS keys during a rotation under load', () => {
  let provider: IdentityProvider;
  let service: RunningService;
  before(async () => {
    provider = await startIdentityProvider(first);
    service = await startService({ REDIS_URL: 'memory://', JWT_SECRET: undefined, JWT_JWKS_URL: provider.url });
  });
  after(async () => {
    await service.stop();
    await closeProviders();
  });

  /** Asks one request after the other on so many connections; `end` resolves with how many got each status. */
  const load = (workers: number, jwt: () => string) => {
    const counts = new Map<number, number>();
    let over = false;
    const work = async () => {
      const agent = keepAliveAgent();
      while (!over) {
        const headers = bearer(jwt());
        const { status } = await ask(`${service.url}${TICKET_PATH}`, { method: 'POST', headers, agent });
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }
      agent.destroy();
    };
    const working = Array.from({ length: workers }, work);
    return {
      /** Waits for so many more answers. */
      more: async (answers: number) => {
        const total = () => [...counts.values()].reduce((sum, count) => sum + count, 0);
        const enough = total() + answers;
        await until(`${answers} more answers`, () => total() >= enough);
      },
      end: async () => {
        over = true;
        await Promise.all(working);
        return Object.fromEntries(counts);
      },
    };
  };

  it('accept every valid JWT despite unknown key ids, and fetch once per cool-down', async () => {
    const startedAt = performance.now();
    let signing: SigningKey = first;
    const honest = load(WORKERS, () => signing.sign());
    await honest.more(200);

    // The provider signs with the new key immediately: the first JWT that names it triggers the fetch.
    provider.publish(first, second);
    signing = second;
    await honest.more(200);

    let made = 0;
    const hostile = load(4, () => madeUp(`made up ${made++}`));
    // Published first and signed with later, as OpenID Connect Core, 10.1.1 has it.
    provider.publish(second, third);
    const before = provider.asked.length;
    await until('the service has seen the new keys', () => provider.asked.length > before);
    await honest.more(200);
    signing = third;
    await honest.more(200);

    expect(Object.keys(await honest.end())).to.deep.equal(['200']);
    expect(Object.keys(await hostile.end())).to.deep.equal(['503']);
    const coolDowns = (performance.now() - startedAt) / COOL_DOWN_MS;
    expect(provider.asked.length).to.be.within(3, 2 + Math.ceil(coolDowns));
  });
});
