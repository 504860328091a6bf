import { expect } from 'chai';
import { hasNoReason, readableError, refusalOf } from '../../../src/redis/redis-errors.ts';

const RECONNECTS: Readonly<Record<string, boolean>> = {
  READONLY: true,
  NOAUTH: true,
  WRONGPASS: true,
  MASTERDOWN: true,
  OOM: false,
  MISCONF: false,
  LOADING: false,
  NOPERM: false,
  CLUSTERDOWN: false,
  NOREPLICAS: false,
  BUSY: false,
};

describe('Redis error reply that means "no writes"', () => {
  for (const [code, reconnect] of Object.entries(RECONNECTS))
    it(`is ${code}, ${reconnect ? 'with' : 'without'} a reconnect`, () => {
      expect(refusalOf(new Error(`${code} what Redis says of it.`))).to.deep.equal({ code, reconnect });
      expect(refusalOf(new Error(`-${code} as a script passes it on`))).to.deep.equal({ code, reconnect });
      expect(refusalOf(new Error(code))).to.deep.equal({ code, reconnect });
    });

  const others = [
    'ERR unknown command',
    'WRONGTYPE Operation against a key',
    'BUSYGROUP Consumer Group name already exists',
    'BUSYKEY Target key name already exists',
    'Command timed out',
    "Stream isn't writeable and enableOfflineQueue options is false",
    'the key READONLY is not there',
    'readonly',
    '',
  ];
  for (const message of others)
    it(`is not ${JSON.stringify(message)}`, () => {
      expect(refusalOf(new Error(message))).to.equal(undefined);
    });

  it('is an Error, not another value with the same text', () => {
    for (const value of ['READONLY x', undefined, null, { message: 'READONLY x' }])
      expect(refusalOf(value)).to.equal(undefined);
  });
});

describe('Redis error that only reports a closed connection', () => {
  const closed = new Error('Connection is closed.');

  it('is recognized by its message, also as the last node error of a cluster', () => {
    expect(hasNoReason(closed)).to.equal(true);
    const ofCluster = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: closed });
    expect(hasNoReason(ofCluster)).to.equal(true);
  });

  it('is a reset as well, after a reply of Redis', () => {
    for (const code of ['ECONNRESET', 'EPIPE']) {
      const reset = Object.assign(new Error(`read ${code}`), { code });
      expect(hasNoReason(reset)).to.equal(false);
      expect(hasNoReason(reset, { afterReply: true })).to.equal(true);
    }
  });

  it('is not an error with a cause', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    for (const error of [
      refused,
      new Error('Command timed out'),
      new Error('Failed to refresh slots cache.'),
      undefined,
    ])
      expect(hasNoReason(error), String(error)).to.equal(false);
  });
});

describe('logged error of a failed Redis command', () => {
  const messages: Readonly<Record<string, string>> = {
    'Reached the max retries per request limit (which is 0). Refer to "maxRetriesPerRequest" option for details.':
      'the connection was closed before Redis replied',
    'Connection is closed.': 'the connection was closed before Redis replied',
    'Command aborted due to connection close': 'the connection was closed before Redis replied',
    'Command timed out': 'Redis did not reply in time',
    "Stream isn't writeable and enableOfflineQueue options is false": 'there was no connection to Redis',
    "Cluster isn't ready and enableOfflineQueue options is false": 'there was no connection to Redis',
  };
  for (const [message, words] of Object.entries(messages))
    it(`is "${words}" for "${message.slice(0, 48)}"`, () => {
      expect(readableError(new Error(message)))
        .to.be.an('error')
        .with.property('message', words);
    });

  it('has a code, and the error itself as its cause', () => {
    const timedOut = new Error('Command timed out');
    expect(readableError(timedOut)).to.include({ code: 'ETIMEDOUT', cause: timedOut });
  });

  it('is the error itself when its message is clear, or any other thrown value', () => {
    for (const error of [new Error('READONLY no'), new TypeError('x is not a function'), 'a string', undefined])
      expect(readableError(error)).to.equal(error);
  });
});
