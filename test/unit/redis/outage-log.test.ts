import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createOutageLog, type OutageLog } from '../../../src/redis/outage-log.ts';
import { type Emitted, recordEvents } from '../../support/emitted.ts';
import { freezeTime } from '../../support/frozen-time.ts';

const ENDPOINT = 'redis://host:6379';
const REFUSED = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const CLOSED = new Error('the connection was closed');
const REMEDY = 'no server listens on this port: start Redis, or correct host and port in REDIS_URL';

describe('Redis outage log', () => {
  let clock: SinonFakeTimers;
  let outage: OutageLog;
  let emitted: readonly Emitted[];
  beforeEach(() => {
    clock = freezeTime();
    const events = recordEvents();
    emitted = events.emitted;
    outage = createOutageLog(ENDPOINT, events.emit);
  });
  afterEach(() => {
    outage.close();
    clock.restore();
  });
  const names = () => emitted.map(({ event }) => event);

  it('has redis_down and redis_connect_fail once each when an outage begins at run time', () => {
    outage.begin(CLOSED);
    outage.begin(REFUSED);
    expect(emitted).to.deep.equal([
      {
        event: 'redis_down',
        fields: { endpoint: ENDPOINT, reason: 'the connection was closed', errorCode: 'Error' },
      },
      {
        event: 'redis_connect_fail',
        fields: {
          endpoint: ENDPOINT,
          error: 'the connection was closed',
          errorCode: 'Error',
          remedy: 'see the error message of Redis',
          attempts: 0,
          downMs: 0,
        },
      },
    ]);
  });

  it('has only redis_connect_fail, with the attempts so far, when an outage begins at startup', () => {
    outage.countAttempt();
    outage.countAttempt();
    outage.begin(REFUSED, { atStartup: true });
    expect(emitted).to.deep.equal([
      {
        event: 'redis_connect_fail',
        fields: {
          endpoint: ENDPOINT,
          error: 'connect ECONNREFUSED',
          errorCode: 'ECONNREFUSED',
          remedy: REMEDY,
          attempts: 2,
          downMs: 0,
        },
      },
    ]);
  });

  it('has a summary every 30 s, with the attempts, downMs and the last cause', async () => {
    outage.begin(CLOSED);
    for (let n = 0; n < 4; n += 1) outage.countAttempt();
    outage.updateCause(REFUSED);
    await clock.tickAsync(29_999);
    expect(emitted).to.have.lengthOf(2);
    await clock.tickAsync(1);
    expect(emitted.slice(2)).to.deep.equal([
      {
        event: 'redis_connect_fail',
        fields: {
          endpoint: ENDPOINT,
          error: 'connect ECONNREFUSED',
          errorCode: 'ECONNREFUSED',
          remedy: REMEDY,
          attempts: 4,
          downMs: 30_000,
        },
      },
    ]);
    await clock.tickAsync(60_000);
    expect(emitted.slice(3).map(({ fields }) => fields.downMs)).to.deep.equal([60_000, 90_000]);
  });

  it('has redis_up with downMs once when the outage ends, and nothing after it', async () => {
    outage.begin(CLOSED);
    await clock.tickAsync(1_500);
    outage.end();
    outage.end();
    await clock.tickAsync(120_000);
    expect(names()).to.deep.equal(['redis_down', 'redis_connect_fail', 'redis_up']);
    expect(emitted[2]?.fields).to.deep.equal({
      endpoint: ENDPOINT,
      reason: 'the connection was closed',
      downMs: 1_500,
    });
  });

  it('counts the attempts of each outage from 0', () => {
    outage.countAttempt();
    outage.begin(CLOSED);
    expect(outage.attempts).to.equal(0);
    outage.countAttempt();
    expect(outage.attempts).to.equal(1);
    outage.end();
    outage.begin(CLOSED);
    expect(outage.attempts).to.equal(0);
    expect(names()).to.deep.equal(['redis_down', 'redis_connect_fail', 'redis_up', 'redis_down', 'redis_connect_fail']);
  });

  it('has no redis_up without an outage', () => {
    outage.updateCause(REFUSED);
    outage.end();
    expect(emitted).to.deep.equal([]);
  });

  it('has no summary after close', async () => {
    outage.begin(CLOSED);
    outage.close();
    expect(clock.countTimers()).to.equal(0);
    await clock.tickAsync(90_000);
    expect(emitted).to.have.lengthOf(2);
  });
});
