import { once } from 'node:events';
import { get } from 'node:http';
import { expect } from 'chai';
import request from 'supertest';
import { ask } from '../../support/ask.ts';
import { bearer, SECRET } from '../../support/jwt.ts';
import { witnessed } from '../../support/openapi/witness.ts';
import { GATEWAY_KEY, revoke } from '../../support/redeem.ts';
import { withService } from '../../support/service.ts';
import { serve } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

// A difference fails the test in which it came: test/support/root-hooks.ts.
describe('OpenAPI check of responses', () => {
  const countAfter = async (asked: PromiseLike<unknown>): Promise<number> => {
    const before = witnessed();
    await asked;
    return witnessed() - before;
  };

  it('checks every response of a service that a test starts in its process', () =>
    withService({ REDIS_URL: 'memory://' }, async ({ url, internalUrl }) => {
      expect(await countAfter(request(url).get('/health'))).to.equal(1);
      expect(await countAfter(fetch(`${internalUrl}/metrics`))).to.equal(1);
    }));

  it('checks a revocation feed event by event, while it is open', () =>
    withService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY }, async (service) => {
      const before = witnessed();
      const asked = get(`${service.internalUrl}/api/v1/auth/revocations`, { headers: bearer(GATEWAY_KEY) });
      const [feed] = await once(asked, 'response');
      const parts: string[] = [];
      feed.on('data', (part: Buffer) => parts.push(String(part)));
      await until('the feed begins', () => parts.length > 0);
      expect((await revoke(service, 'subject')).status).to.equal(204);
      await until('the revocation arrives', () => parts.join('').includes('event: revoked'));
      expect(witnessed() - before).to.equal(3);
      asked.destroy();
    }));

  it('checks every response of a command line that a test starts', async () => {
    const service = serve({ REDIS_URL: 'memory://', JWT_SECRET: SECRET });
    const [url, internalUrl] = [await service.url(), await service.url('internal')];
    expect(await countAfter(ask(`${url}/health`))).to.equal(1);
    expect(await countAfter(request(internalUrl).get('/metrics'))).to.equal(1);
    service.process.kill('SIGTERM');
    expect((await service.exit).code).to.equal(0);
  });
});
