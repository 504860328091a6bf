import { expect } from 'chai';
import { type ConnectionRig, rigConnection } from '../../support/connection-rig.ts';

const READONLY = new Error("READONLY You can't write against a read only replica.");

describe('Redis connection after a command error', () => {
  let rig: ConnectionRig;
  beforeEach(async () => {
    rig = await rigConnection();
    await rig.startReady();
  });
  afterEach(() => rig.restore());

  const reconnects = () => rig.calls.filter((call) => call === 'reconnect').length;
  const downs = () => rig.eventNames().filter((event) => event === 'redis_down').length;

  for (const code of ['READONLY', 'NOAUTH', 'WRONGPASS', 'MASTERDOWN'])
    it(`is not ready and reconnects on ${code}`, () => {
      rig.connection.reportError(new Error(`${code} from Redis`));
      expect(rig.connection.isReady()).to.equal(false);
      expect(rig.connection.getClientOrNull()).to.equal(null);
      expect(downs()).to.equal(1);
      expect(reconnects()).to.equal(1);
    });

  for (const message of [
    'WRONGPASS invalid username-password pair or user is disabled.',
    'NOAUTH Authentication required.',
    'Sentinel host:26379: WRONGPASS invalid username-password pair',
  ])
    it(`calls the listener for a wrong password on "${message}", each time`, () => {
      let calls = 0;
      rig.connection.onWrongPassword(() => {
        calls += 1;
      });
      for (const other of ['READONLY no', 'Command timed out']) rig.connection.reportError(new Error(other));
      expect(calls).to.equal(0);
      rig.lose(new Error(message));
      rig.lose(new Error(message));
      expect(calls).to.equal(2);
    });

  for (const code of ['OOM', 'MISCONF', 'LOADING', 'NOPERM', 'CLUSTERDOWN', 'NOREPLICAS', 'BUSY'])
    it(`is not ready, without a reconnect, on ${code}`, () => {
      rig.connection.reportError(new Error(`${code} from Redis`));
      expect(rig.connection.isReady()).to.equal(false);
      expect(downs()).to.equal(1);
      expect(reconnects()).to.equal(0);
    });

  for (const message of ['Command timed out', 'WRONGTYPE Operation against a key', 'Connection is closed.'])
    it(`stays ready on "${message}"`, async () => {
      rig.connection.reportError(new Error(message));
      expect(rig.connection.isReady()).to.equal(true);
      rig.lose();
      expect(rig.emitted.find(({ event }) => event === 'redis_down')?.fields).to.include({
        reason: 'the connection was closed',
      });
    });

  it('logs the error once, however many commands failed', () => {
    for (let command = 0; command < 10; command += 1) rig.connection.reportError(new Error('OOM from Redis'));
    expect(rig.eventNames().slice(2)).to.deep.equal(['redis_down', 'redis_connect_fail']);
  });

  it('reconnects at most every 2 s', async () => {
    rig.connection.reportError(READONLY);
    rig.connection.reportError(READONLY);
    await rig.clock.tickAsync(1_999);
    rig.connection.reportError(READONLY);
    expect(reconnects()).to.equal(1);
    await rig.clock.tickAsync(1);
    rig.connection.reportError(READONLY);
    rig.connection.reportError(READONLY);
    expect(reconnects()).to.equal(2);
  });

  it('reconnects at most every 2 s, also when each new connection rejects its first write', async () => {
    rig.answer(READONLY);
    await rig.pass(600);
    expect(reconnects()).to.equal(1);
    for (let attempt = 0; attempt < 17; attempt += 1) {
      rig.become('close');
      rig.become('ready');
      await rig.pass(100);
    }
    expect(reconnects()).to.equal(1);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      rig.become('close');
      rig.become('ready');
      await rig.pass(100);
    }
    expect(reconnects()).to.equal(2);
    expect(rig.connection.isReady()).to.equal(false);
    expect(downs()).to.equal(1);
  });

  it('is ready again after the next successful write', async () => {
    rig.connection.reportError(new Error('MISCONF from Redis'));
    await rig.pass(5_000);
    expect(rig.connection.isReady()).to.equal(true);
    expect(rig.eventNames().slice(2)).to.deep.equal(['redis_down', 'redis_connect_fail', 'redis_up']);
  });

  it('is not ready after the reply to a write sent before the error', async () => {
    rig.answer('none');
    await rig.pass(500);
    const answerOpen = rig.holdOpen();
    rig.connection.reportError(new Error('MISCONF from Redis'));
    answerOpen('done');
    await rig.pass(200);
    expect(rig.connection.isReady()).to.equal(false);
    rig.answer('done');
    await rig.pass(5_000);
    expect(rig.connection.isReady()).to.equal(true);
  });

  it('is not ready after a reply on a connection that is being replaced', async () => {
    rig.answer('none');
    await rig.pass(500);
    rig.connection.reportError(READONLY);
    rig.answer('done');
    await rig.pass(1_500);
    expect(rig.connection.isReady()).to.equal(false);
    expect(rig.eventNames()).to.not.include('redis_up');
  });

  it('is not ready after an earlier reply shortly after a reconnect', async () => {
    rig.connection.reportError(READONLY);
    rig.lose();
    rig.answer('none');
    rig.become('ready');
    await rig.pass(100);
    const answerOpen = rig.holdOpen();
    rig.connection.reportError(READONLY);
    answerOpen('done');
    await rig.pass(200);
    expect(rig.connection.isReady()).to.equal(false);
  });

  it('is ready again on the same connection when that is already new', async () => {
    rig.connection.reportError(READONLY);
    rig.lose();
    rig.become('connecting');
    rig.become('ready');
    await rig.pass(1_000);
    rig.connection.reportError(READONLY);
    expect(rig.connection.isReady()).to.equal(false);
    await rig.pass(5_000);
    expect(rig.connection.isReady()).to.equal(true);
    expect(reconnects()).to.equal(1);
  });

  it('sends nothing when the connection is lost', async () => {
    rig.lose();
    const { sent } = rig;
    rig.connection.reportError(new Error('MISCONF from Redis'));
    await rig.pass(2_000);
    expect(rig.sent).to.equal(sent);
  });
});
