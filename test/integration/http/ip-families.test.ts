import { expect } from 'chai';
import { ask } from '../../support/ask.ts';
import { askAs } from '../../support/auth-requests.ts';
import { issueTicket } from '../../support/redeem.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';

const CLIENT = '192.0.2.7';

describe('listeners without HOST and INTERNAL_HOST', () => {
  let service: RunningService;
  before(async () => {
    service = await startService({
      REDIS_URL: 'memory://',
      HOST: undefined,
      INTERNAL_HOST: undefined,
      TRUSTED_PROXIES: '127.0.0.1',
      FORWARD_AUTH_TRUSTED: '127.0.0.1',
    });
  });
  after(() => service.stop());

  it('accept IPv4 and IPv6, and log the address', async () => {
    for (const { host } of service.eventsOf('server_listening')) expect(host).to.equal('::');
    for (const url of [service.url, service.internalUrl])
      for (const address of ['127.0.0.1', '[::1]'])
        expect((await ask(`${url.replace('127.0.0.1', address)}/health`)).status).to.equal(200);
  });

  it('trust an IPv4 proxy of TRUSTED_PROXIES, which they see as ::ffff:127.0.0.1', async () => {
    await requestTicket(service).set('X-Forwarded-For', CLIENT);
    expect(service.eventsOf('ws_ticket_issued').at(-1)).to.include({ address: CLIENT });
  });

  it('do not trust the IPv6 address of the same machine', async () => {
    await requestTicket({ url: service.url.replace('127.0.0.1', '[::1]') }).set('X-Forwarded-For', CLIENT);
    expect(service.eventsOf('ws_ticket_issued').at(-1)).to.include({ address: '::1' });
  });

  it('answer an IPv4 proxy of FORWARD_AUTH_TRUSTED', async () => {
    const uri = `/ws?ticket=${await issueTicket(service)}`;
    expect((await askAs('nginx', service, { uri })).status).to.equal(200);
  });
});
