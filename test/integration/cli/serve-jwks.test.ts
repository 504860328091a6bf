import { expect } from 'chai';
import { ask, TICKET_PATH } from '../../support/ask.ts';
import { type FailedStart, failToStart } from '../../support/failed-start.ts';
import { closeProviders, type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts';
import { bearer } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { ecKey } from '../../support/signing-key.ts';
import { endAll, STACK_TRACE, serve } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

const key = ecKey('key-1');
const LIMIT_MS = '1200';

const askTicket = (url: string, jwt: string) => ask(`${url}${TICKET_PATH}`, { method: 'POST', headers: bearer(jwt) });

const wrongAnswers: Readonly<Record<string, [Parameters<IdentityProvider['answer']>[0], RegExp]>> = {
  'HTTP 500': [(_req, res) => res.writeHead(500).end(), /HTTP 500, not 200/],
  'a redirect': [(_req, res) => res.writeHead(302, { Location: '/' }).end(), /HTTP 302, not 200/],
  HTML: [(_req, res) => res.end('<!doctype html><title>Sign in</title>'), /is not JSON/],
  'an empty key set': [(_req, res) => res.end('{"keys":[]}'), /no key that ticketd accepts/],
  'more than 256 KiB': [(_req, res) => res.end(`"${'x'.repeat(300_000)}"`), /larger than 262144 bytes/],
  'half a response': [(_req, res) => void res.write('{"keys":['), /no complete response|timed out/],
  nothing: [() => {}, /no complete response|timed out/],
};

describe('serve with JWT_JWKS_URL', () => {
  let redis: TestRedis;
  let provider: IdentityProvider;
  before(async () => {
    redis = await startRedis();
  });
  beforeEach(async () => {
    provider = await startIdentityProvider(key);
  });
  afterEach(async () => {
    await endAll();
    await closeProviders();
  });

  const env = (more: Record<string, string> = {}) => ({
    NODE_ENV: 'production',
    REDIS_URL: redis.url,
    JWT_JWKS_URL: provider.url,
    JWT_JWKS_STARTUP_TIMEOUT_MS: LIMIT_MS,
    ...more,
  });

  const expectFailed = ({ service, code, everOpen }: FailedStart, cause: RegExp) => {
    expect(code).to.equal(1);
    expect(everOpen, 'the port was open').to.equal(false);
    expect(service.events).not.to.include('server_listening');
    const [timeout] = service.linesOf('phase_timeout');
    expect(timeout).to.include({ phase: 'jwks', timeoutMs: Number(LIMIT_MS) });
    expect(timeout?.error).to.match(cause);
    expect(service.stderr).to.match(
      /^ticketd: phase "jwks" did not finish within 1200 ms: no keys from http:[^\n]*; correct JWT_JWKS_URL[^\n]*\n$/,
    );
    expect(service.stderr).to.match(cause).and.include(provider.url);
    expect(service.output).not.to.match(STACK_TRACE);
  };

  it('fetches the keys in a phase of its own, between the redis and listen phases', async () => {
    const service = serve(env({ JWT_JWKS_STARTUP_TIMEOUT_MS: '' }));
    await service.line(({ event, phase }) => event === 'phase_ok' && phase === 'listen');
    const phases = service.linesOf('phase_ok').map(({ phase }) => phase);
    expect(phases).to.deep.equal(['config', 'redis', 'jwks', 'listen-internal', 'listen']);
    expect(service.linesOf('phase_start').find(({ phase }) => phase === 'jwks')).to.include({ timeoutMs: 5000 });
    expect(service.linesOf('jwks_refreshed')).to.have.lengthOf(1);
    expect(service.linesOf('jwks_refreshed')[0]).to.include({ endpoint: provider.url, kids: 'key-1', keys: 1 });
    expect(provider.asked).to.have.lengthOf(1);
  });

  it('issues a ticket for a JWT of the provider at the first request', async () => {
    const service = serve(env());
    const url = await service.url();
    expect((await askTicket(url, key.sign())).status).to.equal(200);
    expect((await askTicket(url, ecKey('key-1').sign())).status).to.equal(401);
    expect(provider.asked).to.have.lengthOf(1);
  });

  it('has no phase for the keys without JWT_JWKS_URL', async () => {
    const service = serve({ REDIS_URL: redis.url, JWT_SECRET: 'x'.repeat(32) });
    await service.url();
    expect(service.linesOf('phase_start').map(({ phase }) => phase)).not.to.include('jwks');
  });

  it('waits for a provider that starts later', async () => {
    await provider.stop();
    const service = serve(env({ JWT_JWKS_STARTUP_TIMEOUT_MS: '20000' }));
    expect((await service.line('jwks_refresh_fail')).errorCode).to.equal('ECONNREFUSED');
    expect(service.events).not.to.include('server_listening');
    await provider.start();
    expect((await askTicket(await service.url(), key.sign())).status).to.equal(200);
  });

  for (const nodeEnv of ['production', 'development'])
    it(`exits 1 in ${nodeEnv} without opening the port when nothing listens at the URL`, async () => {
      await provider.stop();
      const failure = await failToStart(env({ NODE_ENV: nodeEnv }));
      expectFailed(failure, /ECONNREFUSED/);
      expect(failure.service.linesOf('jwks_refresh_fail').map(({ errorCode }) => errorCode)).to.deep.equal([
        'ECONNREFUSED',
      ]);
    });

  for (const [how, [answer, cause]] of Object.entries(wrongAnswers))
    it(`exits 1 and names the phase and the cause when the provider returns ${how}`, async () => {
      provider.answer(answer);
      expectFailed(await failToStart(env()), cause);
    });

  it('exits 1 when the host in the URL does not exist', async () => {
    const { code, service } = await failToStart(env({ JWT_JWKS_URL: 'https://no-such-host.invalid/jwks' }));
    expect(code).to.equal(1);
    expect(service.stderr).to.contain('no-such-host.invalid');
  });

  it('exits 143 on SIGTERM while it waits for the provider', async () => {
    provider.answer(() => {});
    const service = serve(env({ JWT_JWKS_STARTUP_TIMEOUT_MS: '20000' }));
    await service.line(({ event, phase }) => event === 'phase_start' && phase === 'jwks');
    service.process.kill('SIGTERM');
    expect((await service.exit).code).to.equal(143);
    expect(service.events).not.to.include('server_listening');
  });

  it('exits 0 on SIGINT while a request waits for a fetch', async () => {
    const service = serve(env());
    const url = await service.url();
    provider.answer(() => {});
    const asked = askTicket(url, ecKey('key-2').sign());
    await until('a fetch', () => provider.asked.length === 2);
    service.process.kill('SIGINT');
    expect(await service.exit).to.deep.equal({ code: 0, signal: null });
    expect((await asked).status).to.equal(503);
  });
});
