import { expect } from 'chai';
import { type ConnectionRig, ENDPOINT, rigConnection } from '../../support/connection-rig.ts';

const REFUSED = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const RESET = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

describe('Redis connection during an outage', () => {
  let rig: ConnectionRig;
  beforeEach(async () => {
    rig = await rigConnection();
    await rig.startReady();
  });
  afterEach(() => rig.restore());

  const fieldsOf = (event: string) => rig.emitted.filter((one) => one.event === event).map(({ fields }) => fields);
  const reasons = () => fieldsOf('redis_down').map(({ reason }) => reason);

  const expectDown = () => {
    expect(rig.connection.isReady()).to.equal(false);
    expect(rig.connection.getClientOrNull()).to.equal(null);
  };

  it('is not ready and logs redis_down when the connection closes', () => {
    rig.lose();
    expectDown();
    expect(fieldsOf('redis_down')).to.deep.equal([
      { endpoint: ENDPOINT, reason: 'the connection was closed', errorCode: 'ECONNRESET' },
    ]);
  });

  it('is not ready while the client is not connected, even before its event', () => {
    for (const status of ['close', 'reconnecting', 'connecting', 'connect', 'end']) {
      rig.client.status = status as typeof rig.client.status;
      expectDown();
    }
    rig.client.status = 'ready';
    expect(rig.connection.isReady()).to.equal(true);
  });

  it('logs redis_down with the error of the client as its reason', () => {
    rig.lose(RESET);
    expect(fieldsOf('redis_down')).to.deep.equal([
      { endpoint: ENDPOINT, reason: 'read ECONNRESET', errorCode: 'ECONNRESET' },
    ]);
  });

  it('does not log an earlier error of a cluster node as the reason', () => {
    rig.client.emit('node error', REFUSED, '10.0.0.1:6379');
    expect(rig.connection.isReady()).to.equal(true);
    expect(fieldsOf('redis_down')).to.deep.equal([]);
    rig.lose();
    expect(reasons()).to.deep.equal(['the connection was closed']);
  });

  it('does not log the cause of the previous outage as the reason', async () => {
    rig.lose(RESET);
    await rig.recover();
    rig.lose();
    expect(reasons()).to.deep.equal(['read ECONNRESET', 'the connection was closed']);
  });

  it('logs one redis_down and one redis_up, however often the connection fails meanwhile', async () => {
    rig.lose(RESET);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await rig.pass(1_000);
      rig.become('connecting');
      rig.lose(REFUSED);
    }
    expectDown();
    await rig.recover();
    expect(rig.connection.isReady()).to.equal(true);
    expect(rig.eventNames().slice(2)).to.deep.equal(['redis_down', 'redis_connect_fail', 'redis_up']);
    expect(fieldsOf('redis_up')).to.deep.equal([{ endpoint: ENDPOINT, reason: 'read ECONNRESET', downMs: 5_000 }]);
  });

  it('logs summaries with the last error and the attempts of this outage', async () => {
    rig.lose(RESET);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      rig.become('connecting');
      rig.lose(REFUSED);
    }
    await rig.pass(30_000);
    expect(fieldsOf('redis_connect_fail').at(-1)).to.include({ error: 'connect ECONNREFUSED', attempts: 3 });
  });

  it('logs summaries with the error of a cluster node during the outage', async () => {
    rig.lose();
    rig.client.emit('node error', REFUSED, '10.0.0.1:6379');
    await rig.pass(30_000);
    expect(fieldsOf('redis_connect_fail').at(-1)).to.include({ error: 'connect ECONNREFUSED' });
  });

  it('is ready again after the first write, not when it is connected', async () => {
    rig.lose();
    rig.answer('none');
    rig.become('connecting');
    rig.become('ready');
    await rig.pass(700);
    expectDown();
    expect(fieldsOf('redis_up')).to.deep.equal([]);
    await rig.recover();
    expect(rig.connection.isReady()).to.equal(true);
    expect(fieldsOf('redis_up')).to.have.lengthOf(1);
  });

  it('is not ready after a late reply on the lost connection', async () => {
    rig.answer('none');
    await rig.pass(500);
    rig.lose();
    rig.client.status = 'ready';
    rig.answer('done');
    await rig.pass(100);
    expectDown();
    expect(fieldsOf('redis_up')).to.deep.equal([]);
  });

  it('logs redis_down when Redis hangs, and reconnects', async () => {
    rig.answer('none');
    await rig.pass(10_000);
    expectDown();
    expect(fieldsOf('redis_down')).to.have.lengthOf(1);
    expect(fieldsOf('redis_down')[0]).to.include({ errorCode: 'ETIMEDOUT' });
    expect(rig.calls).to.deep.equal(['connect', 'reconnect']);
    rig.lose();
    await rig.recover();
    expect(rig.connection.isReady()).to.equal(true);
    expect(fieldsOf('redis_up')).to.have.lengthOf(1);
  });

  it('logs redis_down with the error reply as its reason when Redis rejects the next write', async () => {
    rig.answer(new Error("OOM command not allowed when used memory > 'maxmemory'."));
    await rig.pass(1_000);
    expectDown();
    expect(reasons()).to.deep.equal(["OOM command not allowed when used memory > 'maxmemory'."]);
    expect(rig.calls).to.deep.equal(['connect']);
    rig.answer('done');
    await rig.pass(5_000);
    expect(rig.connection.isReady()).to.equal(true);
    expect(rig.eventNames().slice(2)).to.deep.equal(['redis_down', 'redis_connect_fail', 'redis_up']);
  });
});

describe('Redis connection after close', () => {
  let rig: ConnectionRig;
  beforeEach(async () => {
    rig = await rigConnection();
    await rig.startReady();
  });
  afterEach(() => rig.restore());

  it('is not ready, and stays disconnected', async () => {
    await rig.connection.close();
    expect(rig.connection.isReady()).to.equal(false);
    expect(rig.connection.getClientOrNull()).to.equal(null);
    expect(rig.calls).to.deep.equal(['connect', 'disconnect']);
  });

  it('can be closed several times', async () => {
    await Promise.all([rig.connection.close(), rig.connection.close()]);
    await rig.connection.close();
    expect(rig.connection.isReady()).to.equal(false);
  });

  it('logs nothing, sends nothing and leaves no timer behind', async () => {
    const { sent } = rig;
    await rig.connection.close();
    rig.become('close');
    expect(rig.clock.countTimers()).to.equal(0);
    await rig.pass(5_000);
    expect(rig.sent).to.equal(sent);
    expect(rig.eventNames()).to.deep.equal(['redis_connect_start', 'redis_connect_ok']);
  });

  it('logs no summary when it is closed during an outage', async () => {
    rig.lose();
    const logged = rig.eventNames().length;
    await rig.connection.close();
    expect(rig.clock.countTimers()).to.equal(0);
    await rig.pass(60_000);
    expect(rig.eventNames()).to.have.lengthOf(logged);
  });

  it('is not ready after a late reply', async () => {
    rig.answer('none');
    await rig.pass(500);
    await rig.connection.close();
    rig.answer('done');
    await rig.pass(100);
    expect(rig.connection.isReady()).to.equal(false);
  });
});
