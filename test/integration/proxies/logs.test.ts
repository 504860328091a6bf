import { expect } from 'chai';
import { programNames } from '../../support/proxies/programs.ts';
import { type Stage, startStage } from '../../support/proxies/stage.ts';

/** Handshakes with tickets that are good, used, refused, ambiguous and in either place. */
const open = async ({ ticketFor, open }: Stage): Promise<void> => {
  const [used, twice] = [await ticketFor(), await ticketFor()];
  await open(`/ws?ticket=${used}`);
  await open(`/ws?a=1&ticket=${used}`);
  await open(`/ws?ticket=${twice}&ticket=${twice}`);
  await open(`/ws?ticket=${await ticketFor({ audience: 'chat' })}`);
  await open('/ws', { protocols: ['chat.v1', `ticketd.${await ticketFor()}`] });
  await open('/ws', { protocols: [`ticketd.${twice}`, `ticketd.${used}`] });
};

for (const name of programNames)
  describe(`ops/deploy/proxies for ${name}: logs`, () => {
    it('contain no ticket, nor do the requests to the upstream or the events of ticketd', async () => {
      const stage = await startStage(name);
      let log = '';
      try {
        await open(stage);
      } finally {
        log = await stage.stop();
      }
      expect(log.match(/\/ws/g)).to.have.length.of.at.least(6);
      const written = `${log}${JSON.stringify([stage.upstream.seen, stage.service.events])}`;
      expect(stage.issued.filter((ticket) => written.includes(ticket))).to.deep.equal([]);
    });
  });
