import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { InterruptedError } from '../../../src/startup/errors.ts';
import { type ConnectionRig, ENDPOINT, PASSWORD, rigConnection } from '../../support/connection-rig.ts';
import { turns } from '../../support/frozen-time.ts';
import { rejectionOf } from '../../support/rejection.ts';

const REFUSED = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const TIME_IS_OVER = new Error('time is over');

describe('Redis connection at startup', () => {
  let rig: ConnectionRig;
  let limit: AbortController;
  beforeEach(async () => {
    rig = await rigConnection();
    limit = new AbortController();
  });
  afterEach(() => rig.restore());

  /** Starts, calls `meanwhile`, then aborts the start with the time limit. */
  const failedStart = async (meanwhile: () => unknown): Promise<Error> => {
    const rejection = rejectionOf(rig.connection.start(limit.signal));
    await meanwhile();
    await turns();
    limit.abort(TIME_IS_OVER);
    return rejection;
  };

  it('connects once, and returns the same promise to every caller', async () => {
    expect(rig.calls).to.deep.equal([]);
    const first = rig.connection.start(limit.signal);
    expect(rig.connection.start(new AbortController().signal)).to.equal(first);
    expect(rig.calls).to.deep.equal(['connect']);
    expect(rig.emitted).to.deep.equal([
      { event: 'redis_connect_start', fields: { endpoint: ENDPOINT, timeoutMs: 8_000 } },
    ]);
    rig.answer('done');
    rig.become('ready');
    await first;
    expect(rig.connection.start(limit.signal)).to.equal(first);
    expect(rig.calls).to.deep.equal(['connect']);
  });

  it('resolves after the first successful write, not before', async () => {
    let over = false;
    await rig.pass(300);
    const started = rig.connection.start(limit.signal).then(() => {
      over = true;
    });
    rig.become('connecting');
    rig.become('ready');
    await rig.pass(700);
    expect(rig.sent).to.be.above(0);
    expect(over).to.equal(false);
    expect(rig.connection.isReady()).to.equal(false);
    expect(rig.connection.getClientOrNull()).to.equal(null);
    rig.answer('done');
    await started;
    expect(rig.connection.isReady()).to.equal(true);
    expect(rig.connection.getClientOrNull()).to.equal(rig.client);
    expect(rig.emitted.slice(1)).to.deep.equal([
      { event: 'redis_connect_ok', fields: { endpoint: ENDPOINT, durationMs: 700, attempts: 1 } },
    ]);
  });

  it('keeps retrying refused connections, and counts the attempts', async () => {
    const started = rig.connection.start(limit.signal);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      rig.become('connecting');
      rig.lose(REFUSED);
    }
    rig.failToConnect(REFUSED);
    rig.answer('done');
    rig.become('connecting');
    rig.become('ready');
    await started;
    expect(rig.eventNames()).to.deep.equal(['redis_connect_start', 'redis_connect_ok']);
    expect(rig.emitted[1]?.fields).to.include({ attempts: 4 });
  });

  it('does not resolve while Redis rejects writes', async () => {
    rig.answer(new Error('MISCONF Errors writing to the AOF file'));
    const error = await failedStart(() => {
      rig.become('ready');
      return rig.pass(2_000);
    });
    expect(error.message).to.equal(`Redis at ${ENDPOINT}: MISCONF Errors writing to the AOF file`);
  });

  it('rejects with REDIS_UNREACHABLE and the last error as cause after its time limit', async () => {
    const error = await failedStart(() => {
      rig.become('connecting');
      rig.lose(new Error('an earlier one'));
      rig.lose(REFUSED);
    });
    expect(error).to.include({ code: 'REDIS_UNREACHABLE', cause: REFUSED });
    expect(error.message).to.equal(`Redis at ${ENDPOINT}: connect ECONNREFUSED`);
    expect(rig.emitted.slice(1)).to.deep.equal([
      {
        event: 'redis_connect_fail',
        fields: {
          endpoint: ENDPOINT,
          error: 'connect ECONNREFUSED',
          errorCode: 'ECONNREFUSED',
          remedy: 'no server listens on this port: start Redis, or correct host and port in REDIS_URL',
          attempts: 1,
          downMs: 0,
        },
      },
    ]);
  });

  it('keeps the cause when ioredis then only reports a closed connection', async () => {
    const error = await failedStart(() => {
      rig.lose(REFUSED);
      rig.failToConnect(new Error('Connection is closed.'));
      rig.lose(new Error('Connection is closed.'));
    });
    expect(error.cause).to.equal(REFUSED);
  });

  it('rejects with the error of connect() as cause when there is no other', async () => {
    const error = await failedStart(() => rig.failToConnect(REFUSED));
    expect(error.cause).to.equal(REFUSED);
  });

  it('rejects with the error of a cluster node as cause', async () => {
    const error = await failedStart(() => rig.client.emit('node error', REFUSED, '10.0.0.1:6379'));
    expect(error.cause).to.equal(REFUSED);
  });

  it('rejects with ECONNRESET as cause when the connection closes without an error', async () => {
    const error = await failedStart(() => rig.lose());
    expect(error.cause).to.include({ code: 'ECONNRESET', message: 'the connection was closed' });
  });

  it('rejects with ETIMEDOUT as cause when Redis is connected but does not reply', async () => {
    const error = await failedStart(() => rig.become('ready'));
    expect(error.cause).to.include({ code: 'ETIMEDOUT' });
    expect(error.message).to.match(
      /: connected, but no reply in time: Redis hangs, is slow, or is still loading its data$/,
    );
  });

  it('never repeats a password from a Redis error', async () => {
    const repeating = new Error(`ERR unknown command 'AUTH', with args beginning with: '${PASSWORD}'`);
    for (const error of [
      await failedStart(() => rig.lose(repeating)),
      await rejectionOf(rig.connection.start(limit.signal)),
    ])
      expect(JSON.stringify([error.message, String(error.cause), rig.emitted])).to.not.include(PASSWORD);
  });

  it('never repeats a password from an error of connect()', async () => {
    const error = await failedStart(() => rig.failToConnect(new Error(`ERR ${PASSWORD} is not known`)));
    expect(error.message).to.equal(`Redis at ${ENDPOINT}: ERR [password] is not known`);
  });

  it('rejects with InterruptedError on SIGTERM, and logs no Redis error', async () => {
    const interrupted = new InterruptedError('SIGTERM');
    const rejection = rejectionOf(rig.connection.start(limit.signal));
    rig.lose(REFUSED);
    limit.abort(interrupted);
    expect(await rejection).to.equal(interrupted);
    expect(rig.eventNames()).to.deep.equal(['redis_connect_start']);
  });

  it('keeps retrying in the background after a failed start, and logs redis_up when Redis is available', async () => {
    await failedStart(() => rig.lose(REFUSED));
    expect(rig.calls).to.deep.equal(['connect']);
    await rig.pass(5_000);
    rig.lose(new Error('another cause'));
    await rig.recover();
    expect(rig.connection.isReady()).to.equal(true);
    expect(rig.eventNames().filter((event) => event.startsWith('redis_'))).to.deep.equal([
      'redis_connect_start',
      'redis_connect_fail',
      'redis_connect_ok',
      'redis_up',
    ]);
    expect(rig.emitted.at(-1)?.fields).to.deep.equal({
      endpoint: ENDPOINT,
      reason: 'connect ECONNREFUSED',
      downMs: 5_000,
    });
  });

  it('ignores its signal after the start has resolved', async () => {
    await Promise.all([rig.connection.start(limit.signal), rig.recover()]);
    expect(getEventListeners(limit.signal, 'abort')).to.deep.equal([]);
    limit.abort(TIME_IS_OVER);
    expect(rig.connection.isReady()).to.equal(true);
    expect(rig.eventNames()).to.deep.equal(['redis_connect_start', 'redis_connect_ok']);
  });
});
