import { expect } from 'chai';
import request from 'supertest';
import { TICKET_PATH } from '../../support/ask.ts';
import { exchange } from '../../support/raw-http.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';

const ALWAYS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

describe('API response headers', () => {
  let service: RunningService;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://', CORS_ORIGINS: 'https://app.example' });
  });
  after(() => service.stop());

  const answers: Readonly<Record<string, () => PromiseLike<{ readonly headers: unknown }>>> = {
    'an issued ticket': () => requestTicket(service),
    'a refused JWT': () => requestTicket(service, 'garbage'),
    'a preflight': () =>
      request(service.url)
        .options(TICKET_PATH)
        .set('Origin', 'https://app.example')
        .set('Access-Control-Request-Method', 'POST'),
    'a probe': () => request(service.url).get('/health'),
    'a HEAD request': () => request(service.url).head('/ready'),
    metrics: () => request(service.internalUrl).get('/metrics'),
    'an unknown path': () => request(service.internalUrl).get('/nowhere'),
    'a wrong method': () => request(service.url).put(TICKET_PATH),
    'bytes that are not HTTP': async () => (await exchange(service.url, 'nonsense\r\n\r\n'))[0] ?? { headers: {} },
  };

  for (const [what, ask] of Object.entries(answers))
    it(`include the security headers and no server header for ${what}`, async () => {
      const { headers } = await ask();
      expect(headers).to.include(ALWAYS);
      expect(headers).not.to.have.any.keys('server', 'x-powered-by');
    });
});
