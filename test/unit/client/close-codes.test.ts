import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import type { TicketSocketOptions } from '../../../src/client/types.ts';
import { type ClientRig, createClientRig } from '../../support/client-rig.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('ticketd/client close codes', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  /** Resolves at the next request or when the client has stopped. */
  const passWait = async (rig: ClientRig) => {
    const { length } = rig.requests;
    while (rig.requests.length === length && rig.client.state !== 'stopped' && performance.now() < 1e6)
      await rig.pass(100);
  };

  /** Opens and closes one connection for each pair; returns the delays before the next attempts. */
  const delaysAfter = async (rig: ClientRig, ...lives: readonly (readonly [livedMs: number, code: number])[]) => {
    for (const [livedMs, code] of lives) {
      await rig.open();
      await rig.pass(livedMs);
      rig.socket().end(code);
      await passWait(rig);
    }
    return rig.journal.flatMap((line) => line.match(/^retry \d+ in (\d+)/)?.[1] ?? []).map(Number);
  };
  const stops = ({ journal }: ClientRig) => journal.filter((line) => line.startsWith('stopped'));

  describe('when the gateway closes with 4003 (session expired)', () => {
    it('calls getToken and reconnects within 1 s, for ten sessions of 3 s in a row', async () => {
      let asked = 0;
      const rig = createClientRig(clock, { getToken: () => `jwt-${++asked}` });
      for (let n = 1; n <= 10; n += 1) {
        await rig.open();
        await rig.pass(3_000);
        rig.socket().end(4003, 'session expired');
        await rig.pass(500);
        expect(asked).to.equal(n + 1);
      }
      expect(rig.journal.slice(-4)).to.deep.equal([
        'open @ 31500',
        'close 4003 session expired @ 34500',
        'retry 1 in 500 expired @ 34500',
        'connecting 1 expired @ 35000',
      ]);
      expect(rig.requests.map(({ init }) => new Headers(init.headers).get('Authorization'))).to.have.lengthOf(11);
    });

    const random: Readonly<Record<string, number>> = { least: 0, most: 1 - Number.EPSILON };
    for (const [what, share] of Object.entries(random))
      for (const bounds of [{}, { baseDelayMs: 50, maxDelayMs: 100 }, { baseDelayMs: 5_000 }] as const)
        it(`waits at ${what} ${what === 'least' ? '0 s' : '1 s'} with options ${JSON.stringify(bounds)}`, async () => {
          const rig = createClientRig(clock, { random: () => share, ...bounds });
          const delays = await delaysAfter(rig, [1_000, 4003], [1_000, 4003]);
          expect(delays).to.deep.equal(what === 'least' ? [] : [1_000, 1_000]);
          expect(rig.requests).to.have.lengthOf(3);
        });

    it('waits with backoff when the socket was open for less than 1 s', async () => {
      const rig = createClientRig(clock);
      expect(await delaysAfter(rig, [0, 4003], [999, 4003], [10, 4003], [1_000, 4003])).to.deep.equal([
        500, 1000, 2000, 500,
      ]);
      expect(rig.journal.filter((line) => line.includes('in 2000'))[0]).to.match(/^retry 3 in 2000 expired @/);
    });

    it('does not stop after twelve closes in a row', async () => {
      const rig = createClientRig(clock);
      await delaysAfter(rig, ...Array.from({ length: 12 }, () => [0, 4003] as const));
      expect(stops(rig)).to.deep.equal([]);
      expect(rig.requests).to.have.lengthOf(13);
    });
  });

  describe('when the gateway closes with 4004 (ticket not redeemable)', () => {
    it('reconnects with backoff and a new ticket', async () => {
      const rig = createClientRig(clock);
      await rig.open();
      rig.socket().end(4004, 'not redeemable');
      await rig.pass(500);
      await rig.open();
      expect(rig.journal.slice(1)).to.deep.equal([
        'open @ 0',
        'close 4004 not redeemable @ 0',
        'retry 1 in 500 refused @ 0',
        'connecting 1 refused @ 500',
        'open @ 500',
      ]);
      expect(rig.sockets.map(({ url }) => new URL(url).search)).to.deep.equal(['?ticket=ticket-1', '?ticket=ticket-2']);
    });

    const short = [4_999, 4004] as const;

    it('stops after five connections in a row that were open for less than 5 s', async () => {
      const rig = createClientRig(clock);
      expect(await delaysAfter(rig, short, short, short, short)).to.deep.equal([500, 1000, 2000, 4000]);
      expect(stops(rig)).to.deep.equal([]);
      await delaysAfter(rig, short);
      expect(rig.requests).to.have.lengthOf(5);
      expect(rig.client.state).to.equal('stopped');
      expect(stops(rig)[0]).to.match(/^stopped refused 4004 @/);
      expect(clock.countTimers()).to.equal(0);
    });

    const interrupted: Readonly<Record<string, readonly [livedMs: number, code: number]>> = {
      'a connection of 5 s': [5_000, 4004],
      'another close code': [0, 1006],
      'a close with 4003': [0, 4003],
    };
    for (const [what, life] of Object.entries(interrupted))
      it(`resets the count after ${what}`, async () => {
        const rig = createClientRig(clock);
        await delaysAfter(rig, short, short, short, short, life, short, short, short, short);
        expect(stops(rig)).to.deep.equal([]);
        await delaysAfter(rig, short);
        expect(stops(rig)).to.have.lengthOf(1);
      });

    it('resets the count after a failed handshake', async () => {
      const rig = createClientRig(clock);
      await delaysAfter(rig, short, short, short, short);
      await rig.grant();
      rig.socket().end();
      await passWait(rig);
      await delaysAfter(rig, short);
      expect(stops(rig)).to.deep.equal([]);
    });

    it('keeps the count after a failed ticket request', async () => {
      const rig = createClientRig(clock);
      await delaysAfter(rig, short, short, short, short);
      await rig.request().answer(503);
      await passWait(rig);
      await delaysAfter(rig, short);
      expect(stops(rig)).to.have.lengthOf(1);
    });

    it('resets the count when the application calls connect()', async () => {
      const rig = createClientRig(clock);
      for (let n = 1; n <= 2; n += 1) {
        await delaysAfter(rig, short, short, short, short);
        expect(stops(rig)).to.have.lengthOf(n - 1);
        await delaysAfter(rig, short);
        expect(stops(rig)).to.have.lengthOf(n);
        rig.client.connect();
      }
    });

    it('counts the connections that were open for less than stableAfterMs', async () => {
      const rig = createClientRig(clock, { stableAfterMs: 100 });
      await delaysAfter(rig, ...Array.from({ length: 6 }, () => [100, 4004] as const));
      expect(stops(rig)).to.deep.equal([]);
      await delaysAfter(rig, ...Array.from({ length: 5 }, () => [99, 4004] as const));
      expect(stops(rig)).to.have.lengthOf(1);
    });
  });

  it('waits 2 s plus the backoff after 1013', async () => {
    const rig = createClientRig(clock);
    expect(await delaysAfter(rig, [0, 1013], [0, 1013], [5_000, 1013])).to.deep.equal([2500, 3000, 2500]);
    expect(rig.journal).to.include('retry 1 in 2500 closed @ 0');
  });

  for (const code of [1000, 1001, 1005, 1006, 1008, 1011, 1012, 3000, 4000, 4002, 4005, 4401])
    it(`retries after ${code}`, async () => {
      const rig = createClientRig(clock);
      expect(await delaysAfter(rig, [0, code])).to.deep.equal([500]);
      expect(rig.journal).to.include('connecting 1 closed @ 500');
    });

  const finalInstead: readonly Partial<TicketSocketOptions>[] = [{ finalCodes: [4003, 4004] }, { finalCodes: [] }];
  for (const options of finalInstead)
    it(`stops only after the close codes of finalCodes ${JSON.stringify(options.finalCodes)}`, async () => {
      for (const code of [4001, 4003, 4004]) {
        const rig = createClientRig(clock, options);
        await rig.open();
        await rig.pass(2_000);
        rig.socket().end(code);
        expect(rig.client.state === 'stopped', String(code)).to.equal(options.finalCodes?.includes(code));
        rig.client.close();
      }
    });
});
