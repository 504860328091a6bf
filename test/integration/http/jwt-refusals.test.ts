import { expect } from 'chai';
import request from 'supertest';
import { TICKET_PATH } from '../../support/ask.ts';
import { token } from '../../support/jwt.ts';
import { exchange, rawRequest } from '../../support/raw-http.ts';
import { expectRefusal, INVALID_CHALLENGE, MISSING_CHALLENGE } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';

describe('authentication', () => {
  let service: RunningService;

  before(async () => {
    service = await startService({ REDIS_URL: 'memory://' });
  });
  after(() => service.stop());

  const unauthenticated = () => request(service.url).post(TICKET_PATH);

  const elsewhere: Readonly<Record<string, () => request.Test>> = {
    nowhere: unauthenticated,
    'in a cookie': () => unauthenticated().set('Cookie', `token=${token()}; access_token=${token()}; jwt=${token()}`),
    'in the query': () => unauthenticated().query({ access_token: token(), token: token() }),
    'in a form': () => unauthenticated().type('form').send({ access_token: token() }),
    'in the body': () => unauthenticated().send({ access_token: token() }),
    'in another header': () => unauthenticated().set('X-Authorization', `Bearer ${token()}`),
    'in the header for a proxy': () => unauthenticated().set('Proxy-Authorization', `Bearer ${token()}`),
  };
  for (const [where, ask] of Object.entries(elsewhere))
    it(`answers 401 AUTH_TOKEN_MISSING where the token is ${where}`, async () => {
      const response = await ask();
      expectRefusal(response, 401, 'AUTH_TOKEN_MISSING');
      expect(response.headers['www-authenticate']).to.equal(MISSING_CHALLENGE);
    });

  it('takes the scheme in any case, and any number of spaces behind it', async () => {
    for (const scheme of ['bearer ', 'BEARER ', 'Bearer    '])
      expect((await unauthenticated().set('Authorization', `${scheme}${token()}`)).status).to.equal(200);
  });

  it('refuses two Authorization headers, whichever of them is good', async () => {
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

  it('comes before the body is looked at', async () => {
    const response = await requestTicket(service, 'garbage').set('Content-Type', 'text/plain').send('{');
    expectRefusal(response, 401, 'AUTH_TOKEN_INVALID');
  });

  it('issues nothing for a bad token', async () => {
    const before = service.eventsOf('ws_ticket_issued').length;
    await requestTicket(service, 'garbage');
    expect(service.eventsOf('ws_ticket_issued')).to.have.lengthOf(before);
  });

  it('takes the headers that honest providers send', async () => {
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
