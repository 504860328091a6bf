import { expect } from 'chai';
import { isMereClose, refusalOf } from '../../../src/redis/faults.ts';

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

describe('a reply by which Redis says that it takes no writes', () => {
  for (const [code, reconnect] of Object.entries(RECONNECTS))
    it(`is ${code}, which a new connection ${reconnect ? 'may cure' : 'does not cure'}`, () => {
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

  it('is an error, and nothing that merely reads like one', () => {
    for (const value of ['READONLY x', undefined, null, { message: 'READONLY x' }])
      expect(refusalOf(value)).to.equal(undefined);
  });
});

describe('an error that says no more than that the connection is gone', () => {
  const closed = new Error('Connection is closed.');

  it('is known by what it says, also as the reason of the last node of a cluster', () => {
    expect(isMereClose(closed)).to.equal(true);
    const ofCluster = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: closed });
    expect(isMereClose(ofCluster)).to.equal(true);
  });

  it('is none that has a cause to tell', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    for (const error of [
      refused,
      new Error('Command timed out'),
      new Error('Failed to refresh slots cache.'),
      undefined,
    ])
      expect(isMereClose(error), String(error)).to.equal(false);
  });
});
