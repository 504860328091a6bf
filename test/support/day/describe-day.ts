import { expect } from 'chai';
import { type InstalledPackage, installPackage } from '../installed-package.ts';
import { chapters, createDay, type Day } from './chapters.ts';
import type { DayAddresses, DayClient } from './day-client.ts';
import { type Stage, setStage } from './stage.ts';

type StartClient = (addresses: DayAddresses, installed: InstalledPackage) => Promise<DayClient>;

/** The same day for every client, chapter by chapter. */
export const describeDay = (where: string, startClient: StartClient): Mocha.Suite =>
  describe(`ticketd/client in ${where} over a day`, () => {
    let installed: InstalledPackage;
    let stage: Stage;
    let client: DayClient;
    let day: Day;
    before(async () => {
      installed = await installPackage(['ws']);
      stage = await setStage(installed);
      client = await startClient(stage, installed);
      day = createDay(stage, client);
    });
    after(async () => {
      await client?.end();
      await stage?.stop();
      installed?.remove();
    });

    for (const [what, live] of Object.entries(chapters)) it(what, () => live(day));

    it('never has two sockets open concurrently', () => {
      const living = client.reports.flatMap(({ living: count }) => count ?? []);
      expect(living).to.have.lengthOf.above(10);
      expect(Math.max(...living)).to.equal(1);
    });

    it('stops only for a final reason', () => {
      const stops = client.reports.filter(({ type }) => type === 'stopped').map(({ reason }) => reason);
      expect(stops).to.deep.equal(['revoked', 'unauthorized', 'closed']);
    });

    it('reports a reason for each attempt and each retry', () => {
      const attempts = client.reports.filter(({ type }) => type === 'connecting' || type === 'retry');
      expect(attempts).to.have.lengthOf.above(10);
      expect(attempts.filter(({ why }) => !why)).to.deep.equal([]);
      expect(client.reports.filter(({ type }) => type === 'error')).to.deep.equal([]);
    });
  });
