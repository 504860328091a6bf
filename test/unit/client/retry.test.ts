import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { type ClientRig, createClientRig } from '../../support/client-rig.ts';
import { freezeTime } from '../../support/frozen-time.ts';

const UNAVAILABLE = { errorCode: 'WS_TICKET_REDIS_NOT_READY', message: 'not now', retryAfter: 2 };

describe('ticketd/client retries', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  /** The delays before the attempts that follow that many failures. */
  const delaysOf = async (rig: ClientRig, times: number, fail: () => Promise<void>): Promise<readonly number[]> => {
    for (let n = 0; n < times; n += 1) {
      await rig.pass(0);
      const requests = rig.requests.length;
      await fail();
      for (let s = 0; s < 600 && rig.requests.length === requests; s += 1) await rig.pass(100);
    }
    return rig.journal.flatMap((line) => line.match(/^retry \d+ in (\d+)/)?.[1] ?? []).map(Number);
  };

  it('wait a random share of a delay that doubles from 1 s to 8 s', async () => {
    const rig = createClientRig(clock);
    const delays = await delaysOf(rig, 7, () => rig.request().fail(new TypeError('fetch failed')));
    expect(delays).to.deep.equal([500, 1000, 2000, 4000, 4000, 4000, 4000]);
  });

  it('wait between 0 and the full delay, depending on random()', async () => {
    const least = createClientRig(clock, { random: () => 0 });
    const fail = (rig: ClientRig) => () => rig.request().answer(502);
    expect(await delaysOf(least, 3, fail(least))).to.deep.equal([]);
    expect(least.requests).to.have.lengthOf(4);
    const most = createClientRig(clock, { random: () => 1 - Number.EPSILON });
    expect(await delaysOf(most, 3, fail(most))).to.deep.equal([1000, 2000, 4000]);
  });

  it('can wait a single millisecond', async () => {
    const rig = createClientRig(clock, { baseDelayMs: 2 });
    await rig.pass(0);
    await rig.request().answer(500);
    expect(rig.journal.at(-1)).to.equal('retry 1 in 1 ticket @ 0');
    rig.client.close();
  });

  it('use baseDelayMs and maxDelayMs', async () => {
    const rig = createClientRig(clock, { baseDelayMs: 100, maxDelayMs: 300 });
    expect(await delaysOf(rig, 3, () => rig.request().answer(500))).to.deep.equal([50, 100, 150]);
  });

  it('add the backoff to Retry-After, for 429 and 503', async () => {
    const rig = createClientRig(clock);
    await rig.pass(0);
    await rig.request().answer(503, UNAVAILABLE, { 'Retry-After': '2' });
    await rig.pass(2_499);
    expect(rig.requests).to.have.lengthOf(1);
    await rig.pass(1);
    await rig.request().answer(429, { errorCode: 'WS_TICKET_RATE_LIMITED' }, { 'Retry-After': '20' });
    await rig.pass(21_000);
    expect(rig.requests.map(({ at }) => at)).to.deep.equal([0, 2_500, 23_500]);
    expect(rig.journal).to.include.members(['retry 1 in 2500 ticket @ 0', 'retry 2 in 21000 ticket @ 2500']);
  });

  it('use retryAfter of the body when CORS hides the header', async () => {
    const rig = createClientRig(clock, { random: () => 0 });
    await rig.pass(0);
    await rig.request().answer(503, UNAVAILABLE);
    await rig.pass(2_000);
    expect(rig.requests.map(({ at }) => at)).to.deep.equal([0, 2_000]);
  });

  it('wait as long as Retry-After says, for a day at most', async () => {
    const rig = createClientRig(clock, { random: () => 0 });
    const dayMs = 24 * 3_600_000;
    await rig.pass(0);
    await rig.request().answer(503, {}, { 'Retry-After': '9'.repeat(400) });
    await rig.pass(dayMs - 1);
    expect(rig.requests).to.have.lengthOf(1);
    await rig.pass(1);
    expect(rig.requests).to.have.lengthOf(2);
  });

  it('use a new ticket after a failed handshake', async () => {
    const rig = createClientRig(clock);
    await rig.pass(0);
    await rig.grant();
    rig.socket().end();
    await rig.pass(500);
    await rig.grant();
    expect(rig.journal).to.deep.equal([
      'connecting 0 connect @ 0',
      'retry 1 in 500 handshake @ 0',
      'connecting 1 handshake @ 500',
    ]);
    expect(rig.sockets.map(({ url }) => new URL(url).search)).to.deep.equal(['?ticket=ticket-1', '?ticket=ticket-2']);
  });

  it('use a new ticket after a lost connection', async () => {
    const rig = createClientRig(clock);
    await rig.open();
    await rig.pass(60_000);
    rig.socket().end(1001, 'going away');
    await rig.pass(500);
    await rig.open();
    expect(rig.journal).to.deep.equal([
      'connecting 0 connect @ 0',
      'open @ 0',
      'close 1001 going away @ 60000',
      'retry 1 in 500 closed @ 60000',
      'connecting 1 closed @ 60500',
      'open @ 60500',
    ]);
    expect(rig.socket().url).to.equal('wss://chat.test/socket?ticket=ticket-2');
  });

  it('reset the backoff only after a connection was open for 5 s', async () => {
    const rig = createClientRig(clock);
    for (const openMs of [0, 4_999, 5_000, 10]) {
      await rig.open();
      await rig.pass(openMs);
      rig.socket().end();
      await rig.pass(10_000);
    }
    const delays = rig.journal.flatMap((line) => line.match(/^retry \d+ in (\d+)/)?.[1] ?? []);
    expect(delays).to.deep.equal(['500', '1000', '500', '1000']);
  });

  it('wait at least 2 s after a close with 1013', async () => {
    const rig = createClientRig(clock, { random: () => 0 });
    await rig.open();
    rig.socket().end(1013, 'try again later');
    await rig.pass(1_999);
    expect(rig.requests).to.have.lengthOf(1);
    await rig.pass(1);
    expect(rig.requests).to.have.lengthOf(2);
  });

  it('run immediately when the application calls connect(), but not before Retry-After', async () => {
    const rig = createClientRig(clock, { random: () => 0.9 });
    await rig.pass(0);
    await rig.request().answer(503, {}, { 'Retry-After': '2' });
    rig.client.connect();
    await rig.pass(1_999);
    expect(rig.requests).to.have.lengthOf(1);
    await rig.pass(1);
    await rig.request().answer(500);
    rig.client.connect();
    await rig.pass(0);
    expect(rig.requests.map(({ at }) => at)).to.deep.equal([0, 2_000, 2_000]);
    expect(rig.journal).to.include('retry 1 in 2000 ticket @ 0');
  });

  it('use at most one timer, and none after close()', async () => {
    const rig = createClientRig(clock);
    for (let n = 0; n < 3; n += 1) {
      await rig.pass(0);
      expect(clock.countTimers()).to.equal(1);
      await rig.request().answer(500);
      expect(clock.countTimers()).to.equal(1);
      rig.client.connect();
    }
    await rig.open();
    expect(clock.countTimers()).to.equal(0);
    rig.socket().end();
    rig.client.close();
    expect(clock.countTimers()).to.equal(0);
  });
});
