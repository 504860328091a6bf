import { expect } from 'chai';
import request from 'supertest';
import { TICKET_PATH } from '../../support/ask.ts';
import { token } from '../../support/jwt.ts';
import { exchange, rawRequest } from '../../support/raw-http.ts';
import { expectRefusal, INVALID_CHALLENGE, MISSING_CHALLENGE } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';

describe('POST /ws-ticket authentication', () => {
  let service: RunningService;

  before(async () => {
    service = await startService({ REDIS_URL: 'memory://' });
  });
  after(() => service.stop());

  const unauthenticated = () => request(service.url).post(TICKET_PATH);

  const elsewhere: Readonly<Record<string, () => request.Test>> = {
    absent: unauthenticated,
    'in a cookie': () => unauthenticated().set('Cookie', `token=${token()}; access_token=${token()}; jwt=${token()}`),
    'in the query': () => unauthenticated().query({ access_token: token(), token: token() }),
    'in a form': () => unauthenticated().type('form').send({ access_token: token() }),
    'in the body': () => unauthenticated().send({ access_token: token() }),
    'in another header': () => unauthenticated().set('X-Authorization', `Bearer ${token()}`),
    'in Proxy-Authorization': () => unauthenticated().set('Proxy-Authorization', `Bearer ${token()}`),
  };
  for (const [where, ask] of Object.entries(elsewhere))
    it(`returns 401 AUTH_TOKEN_MISSING when the token is ${where}`, async () => {
      const response = await ask();
      expectRefusal(response, 401, 'AUTH_TOKEN_MISSING');
      expect(response.headers['www-authenticate']).to.equal(MISSING_CHALLENGE);
    });

  it('accepts the Bearer scheme in any case, followed by any number of spaces', async () => {
    for (const scheme of ['bearer ', 'BEARER ', 'Bearer    '])
      expect((await unauthenticated().set('Authorization', `${scheme}${token()}`)).status).to.equal(200);
  });

  it('returns 401 for two Authorization headers, even when one is valid', async () => {
    const [good, bad] = [`Authorization: Bearer ${token()}`, 'authorization: Bearer garbage'];
    for (const headers of [
      [good, bad],
      [bad, good],
      [good, good],
      [good, 'Authorization: Basic YTpi'],
    ]) {
      const line = `POST ${TICKET_PATH} HTTP/1.1`;
      const [answer] = await exchange(service.url, rawRequest(line, ['Host: a', 'Connection: close', ...headers, '']));
      expect(answer).to.include({ status: 401 });
      expect(answer?.headers).to.include({ 'www-authenticate': INVALID_CHALLENGE });
      expect(JSON.parse(answer?.body ?? '')).to.include({ errorCode: 'AUTH_TOKEN_INVALID' });
    }
  });

  it('returns 401 before it reads the body', async () => {
    const response = await requestTicket(service, 'garbage').set('Content-Type', 'text/plain').send('{');
    expectRefusal(response, 401, 'AUTH_TOKEN_INVALID');
  });

  it('stores no ticket for an invalid token', async () => {
    const before = service.eventsOf('ws_ticket_issued').length;
    await requestTicket(service, 'garbage');
    expect(service.eventsOf('ws_ticket_issued')).to.have.lengthOf(before);
  });

  it('accepts the JWT headers that real providers send', async () => {
    for (const header of [
      { typ: 'JWT' },
      { typ: 'jwt' },
      { typ: 'at+jwt' },
      { typ: 'application/at+jwt' },
      { typ: undefined },
      { kid: 'a key of theirs', x5t: 'thumbprint', 'x5t#S256': 'thumbprint', nonce: 'n' },
    ])
      expect((await requestTicket(service, token({}, { header: { alg: 'HS256', ...header } }))).status).to.equal(200);
  });
});
