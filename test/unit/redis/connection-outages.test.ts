import { expect } from 'chai';
import { type ConnectionRig, ENDPOINT, rigConnection } from '../../support/connection-rig.ts';

const REFUSED = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const RESET = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

describe('an outage of the Redis connection', () => {
  let rig: ConnectionRig;
  beforeEach(async () => {
    rig = await rigConnection();
    await rig.startReady();
  });
  afterEach(() => rig.restore());

  const toldOf = (event: string) => rig.emitted.filter((one) => one.event === event).map(({ fields }) => fields);
  const reasons = () => toldOf('redis_down').map(({ reason }) => reason);

  const expectDown = () => {
    expect(rig.connection.isReady()).to.equal(false);
    expect(rig.connection.getClientOrNull()).to.equal(null);
  };

  it('begins as soon as the connection closes', () => {
    rig.lose();
    expectDown();
    expect(toldOf('redis_down')).to.deep.equal([
      { endpoint: ENDPOINT, reason: 'the connection was closed', errorCode: 'ECONNRESET' },
    ]);
  });

  it('is there while the client is not connected, even before it tells of it', () => {
    for (const status of ['close', 'reconnecting', 'connecting', 'connect', 'end']) {
      rig.client.status = status as typeof rig.client.status;
      expectDown();
    }
    rig.client.status = 'ready';
    expect(rig.connection.isReady()).to.equal(true);
  });

  it('has the error that the client told as its reason', () => {
    rig.lose(RESET);
    expect(toldOf('redis_down')).to.deep.equal([
      { endpoint: ENDPOINT, reason: 'read ECONNRESET', errorCode: 'ECONNRESET' },
    ]);
  });

  it('is not blamed on a node of a cluster that failed while all was well', () => {
    rig.client.emit('node error', REFUSED, '10.0.0.1:6379');
    expect(rig.connection.isReady()).to.equal(true);
    expect(toldOf('redis_down')).to.deep.equal([]);
    rig.lose();
    expect(reasons()).to.deep.equal(['the connection was closed']);
  });

  it('is not blamed on the cause of the one before', async () => {
    rig.lose(RESET);
    await rig.recover();
    rig.lose();
    expect(reasons()).to.deep.equal(['read ECONNRESET', 'the connection was closed']);
  });

  it('is told as one redis_down and one redis_up, however often the connection fails meanwhile', async () => {
    rig.lose(RESET);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await rig.pass(1_000);
      rig.become('connecting');
      rig.lose(REFUSED);
    }
    expectDown();
    await rig.recover();
    expect(rig.connection.isReady()).to.equal(true);
    expect(rig.told().slice(2)).to.deep.equal(['redis_down', 'redis_connect_fail', 'redis_up']);
    expect(toldOf('redis_up')).to.deep.equal([{ endpoint: ENDPOINT, reason: 'read ECONNRESET', downMs: 5_000 }]);
  });

  it('is summed up with the error last met, and the attempts of this outage', async () => {
    rig.lose(RESET);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      rig.become('connecting');
      rig.lose(REFUSED);
    }
    await rig.pass(30_000);
    expect(toldOf('redis_connect_fail').at(-1)).to.include({ error: 'connect ECONNREFUSED', attempts: 3 });
  });

  it('is summed up with the error of a node that is met during it', async () => {
    rig.lose();
    rig.client.emit('node error', REFUSED, '10.0.0.1:6379');
    await rig.pass(30_000);
    expect(toldOf('redis_connect_fail').at(-1)).to.include({ error: 'connect ECONNREFUSED' });
  });

  it('does not end with the connection, but with the first write', async () => {
    rig.lose();
    rig.answer('none');
    rig.become('connecting');
    rig.become('ready');
    await rig.pass(700);
    expectDown();
    expect(toldOf('redis_up')).to.deep.equal([]);
    await rig.recover();
    expect(rig.connection.isReady()).to.equal(true);
    expect(toldOf('redis_up')).to.have.lengthOf(1);
  });

  it('does not end by an answer that comes from the lost connection', async () => {
    rig.answer('none');
    await rig.pass(500);
    rig.lose();
    rig.client.status = 'ready';
    rig.answer('done');
    await rig.pass(100);
    expectDown();
    expect(toldOf('redis_up')).to.deep.equal([]);
  });

  it('begins where Redis hangs, and the connection is given up for a new one', async () => {
    rig.answer('none');
    await rig.pass(10_000);
    expectDown();
    expect(toldOf('redis_down')).to.have.lengthOf(1);
    expect(toldOf('redis_down')[0]).to.include({ errorCode: 'ETIMEDOUT' });
    expect(rig.calls).to.deep.equal(['connect', 'reconnect']);
    rig.lose();
    await rig.recover();
    expect(rig.connection.isReady()).to.equal(true);
    expect(toldOf('redis_up')).to.have.lengthOf(1);
  });

  it('begins where Redis refuses the next write, with what it says as the reason', async () => {
    rig.answer(new Error("OOM command not allowed when used memory > 'maxmemory'."));
    await rig.pass(1_000);
    expectDown();
    expect(reasons()).to.deep.equal(["OOM command not allowed when used memory > 'maxmemory'."]);
    expect(rig.calls).to.deep.equal(['connect']);
    rig.answer('done');
    await rig.pass(5_000);
    expect(rig.connection.isReady()).to.equal(true);
    expect(rig.told().slice(2)).to.deep.equal(['redis_down', 'redis_connect_fail', 'redis_up']);
  });
});

describe('a Redis connection that is closed', () => {
  let rig: ConnectionRig;
  beforeEach(async () => {
    rig = await rigConnection();
    await rig.startReady();
  });
  afterEach(() => rig.restore());

  it('is not ready, and disconnects for good', async () => {
    await rig.connection.close();
    expect(rig.connection.isReady()).to.equal(false);
    expect(rig.connection.getClientOrNull()).to.equal(null);
    expect(rig.calls).to.deep.equal(['connect', 'disconnect']);
  });

  it('can be closed again, and again', async () => {
    await Promise.all([rig.connection.close(), rig.connection.close()]);
    await rig.connection.close();
    expect(rig.connection.isReady()).to.equal(false);
  });

  it('tells nothing, sends nothing and leaves no timer behind', async () => {
    const { sent } = rig;
    await rig.connection.close();
    rig.become('close');
    expect(rig.clock.countTimers()).to.equal(0);
    await rig.pass(5_000);
    expect(rig.sent).to.equal(sent);
    expect(rig.told()).to.deep.equal(['redis_connect_start', 'redis_connect_ok']);
  });

  it('during an outage sums it up no more', async () => {
    rig.lose();
    const told = rig.told().length;
    await rig.connection.close();
    expect(rig.clock.countTimers()).to.equal(0);
    await rig.pass(60_000);
    expect(rig.told()).to.have.lengthOf(told);
  });

  it('takes no late answer for a sign of life', async () => {
    rig.answer('none');
    await rig.pass(500);
    await rig.connection.close();
    rig.answer('done');
    await rig.pass(100);
    expect(rig.connection.isReady()).to.equal(false);
  });
});
