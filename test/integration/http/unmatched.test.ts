import { expect } from 'chai';
import request, { type Response } from 'supertest';
import { TICKET_PATH } from '../../support/ask.ts';
import { bearer, token } from '../../support/jwt.ts';
import { startRedis } from '../../support/redis.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { type RunningService, startService } from '../../support/service.ts';

const unknownPaths = [
  '/',
  '/favicon.ico',
  '/api',
  '/api/v1/auth',
  '/healthy',
  '/ready/now',
  `${TICKET_PATH}/nope`,
  '/.env',
];

describe('unknown routes and methods', () => {
  let service: RunningService;

  before(async () => {
    const { url } = await startRedis();
    service = await startService({ REDIS_URL: url });
  });
  after(() => service.stop());

  const expectAllow = ({ headers }: Response, methods: readonly string[]) =>
    expect(headers.allow?.split(', ')).to.have.members([...methods]);

  for (const path of unknownPaths)
    it(`return 404 for ${path}`, async () => {
      expectRefusal(await request(service.url).get(path), 404, 'NOT_FOUND');
      expectRefusal(await request(service.internalUrl).get(path), 404, 'NOT_FOUND');
    });

  it('return 404 without repeating the requested path', async () => {
    const { text } = await request(service.url).get('/secret-looking-path?ticket=wst_x');
    expect(text).not.to.match(/secret-looking-path|wst_x/);
  });

  it('return 404 for /metrics on the public listener', async () => {
    expectRefusal(await request(service.url).get('/metrics'), 404, 'NOT_FOUND');
  });

  it('return 404 for POST /ws-ticket on the internal listener', async () => {
    const response = await request(service.internalUrl).post(TICKET_PATH).set(bearer(token()));
    expectRefusal(response, 404, 'NOT_FOUND');
  });

  for (const method of ['get', 'put', 'patch', 'delete', 'options'] as const)
    it(`return 405 with Allow: POST for ${method.toUpperCase()} ${TICKET_PATH}`, async () => {
      const response = await request(service.url)[method](TICKET_PATH).set(bearer(token()));
      expectRefusal(response, 405, 'METHOD_NOT_ALLOWED');
      expectAllow(response, ['POST']);
    });

  it(`return 405 with Allow: POST and no body for HEAD ${TICKET_PATH}`, async () => {
    const response = await request(service.url).head(TICKET_PATH).set(bearer(token()));
    expect(response.status).to.equal(405);
    expect(response.text).to.equal(undefined);
    expectAllow(response, ['POST']);
  });

  for (const path of ['/health', '/ready', '/api/v1/health', '/api/v1/ready'])
    it(`return 405 with Allow: GET, HEAD, OPTIONS for POST ${path} on both listeners`, async () => {
      for (const url of [service.url, service.internalUrl]) {
        const response = await request(url).post(path).send({});
        expectRefusal(response, 405, 'METHOD_NOT_ALLOWED');
        expectAllow(response, ['GET', 'HEAD', 'OPTIONS']);
      }
    });

  it('return 405 with Allow: GET, HEAD for DELETE /metrics', async () => {
    const response = await request(service.internalUrl).delete('/metrics');
    expectRefusal(response, 405, 'METHOD_NOT_ALLOWED');
    expectAllow(response, ['GET', 'HEAD']);
  });
});
