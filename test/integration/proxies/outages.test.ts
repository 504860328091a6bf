import { expect } from 'chai';
import { programNames } from '../../support/proxies/programs.ts';
import { type Stage, startStage } from '../../support/proxies/stage.ts';
import { issueTicket } from '../../support/redeem.ts';
import { until } from '../../support/until.ts';

for (const name of programNames)
  describe(`ops/deploy/proxies for ${name} during an outage`, () => {
    let stage: Stage;
    before(async () => {
      stage = await startStage(name);
    });
    after(() => stage.stop());

    it('returns 503 with Retry-After while Redis is down, with at most one auth request, and recovers', async () => {
      const { redis, service, ticketFor, open, asked } = stage;
      const ticket = await ticketFor();
      await redis.stop();
      const before = asked();
      const { status, headers } = await open(`/outage?ticket=${ticket}`);
      expect(status).to.equal(503);
      expect(headers['retry-after']).to.equal('2');
      // HAProxy may have found out by its health check.
      expect(asked()).to.be.at.most(before + 1);
      await redis.start();
      await until('a socket opens', async () => {
        const again = await issueTicket(service).catch(() => undefined);
        return again !== undefined && (await open(`/ws?ticket=${again}`)).status === 101;
      });
    });

    it('sends one auth request when the upstream is down', async () => {
      const { upstream, ticketFor, open, asked } = stage;
      await upstream.stop();
      const before = asked();
      expect((await open(`/gone?ticket=${await ticketFor()}`)).status).to.be.within(502, 503);
      await until('the auth request is logged', () => asked() > before);
      expect(asked()).to.equal(before + 1);
    });

    it('returns 5xx when ticketd is down', async () => {
      const { service, ticketFor, open } = stage;
      const ticket = await ticketFor();
      await service.stop();
      expect((await open(`/alone?ticket=${ticket}`)).status).to.be.within(500, 503);
    });

    it('writes no ticket to the logs and sends none to the upstream in any of these outages', async () => {
      const { proxy, open, issued, upstream } = stage;
      await open('/last?ticket=x');
      const log = await until('the last request is logged', async () => {
        const text = await proxy.logged();
        return text.includes('/last') && text;
      });
      for (const path of ['/outage', '/gone', '/alone']) expect(log).to.include(path);
      const written = `${log}${JSON.stringify(upstream.seen)}`;
      expect(issued.filter((ticket) => written.includes(ticket))).to.deep.equal([]);
    });
  });
