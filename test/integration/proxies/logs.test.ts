import { expect } from 'chai';
import { programNames } from '../../support/proxies/programs.ts';
import { type Stage, startStage } from '../../support/proxies/stage.ts';

/** Handshakes and plain requests with tickets that are good, used, refused, ambiguous and in either place. */
const send = async ({ ticketFor, open, get }: Stage): Promise<void> => {
  const [used, twice] = [await ticketFor(), await ticketFor()];
  await open(`/ws?ticket=${used}`);
  await open(`/ws?a=1&ticket=${used}`);
  await open(`/ws?ticket=${twice}&ticket=${twice}`);
  await open(`/ws?ticket=${await ticketFor({ audience: 'chat' })}`);
  await open('/ws', { protocols: ['chat.v1', `ticketd.${await ticketFor()}`] });
  await open('/ws', { protocols: [`ticketd.${twice}`, `ticketd.${used}`] });
  await get(`/files/report.txt?ticket=${await ticketFor()}`);
  await get(`/events?ticket=${await ticketFor({ path: '/files/report.txt' })}`);
  // The icon of a page that was opened with a ticket.
  await get('/favicon.ico', { Referer: `http://app.example/files/report.txt?ticket=${await ticketFor()}` });
};

for (const name of programNames)
  describe(`ops/deploy/proxies for ${name}: logs`, () => {
    it('contain no ticket, nor do the requests to the upstream or the events of ticketd', async () => {
      const stage = await startStage(name);
      let log = '';
      try {
        await send(stage);
      } finally {
        log = await stage.stop();
      }
      expect(log.match(/\/ws|\/events|\/files|\/favicon/g)).to.have.length.of.at.least(9);
      const written = `${log}${JSON.stringify([stage.upstream.seen, stage.service.events])}`;
      expect(stage.issued.filter((ticket) => written.includes(ticket))).to.deep.equal([]);
    });
  });
