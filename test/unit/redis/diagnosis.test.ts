import { expect } from 'chai';
import { diagnose } from '../../../src/redis/diagnosis.ts';

const coded = (code: string, message = `it failed with ${code}`): Error => Object.assign(new Error(message), { code });

const UNREACHABLE: Readonly<Record<string, Error>> = {
  'a refused connection': coded('ECONNREFUSED'),
  'an unknown host': coded('ENOTFOUND'),
  'a silent name server': coded('EAI_AGAIN'),
  'a silent host': coded('ETIMEDOUT'),
  'a command that was not answered in time': new Error('Command timed out'),
  'a socket without any data': new Error("Socket timeout. Expecting data, but didn't receive any in 5000ms."),
  'a host without a route': coded('EHOSTUNREACH'),
  'a network without a route': coded('ENETUNREACH'),
  'a connection reset': coded('ECONNRESET'),
  'a broken pipe': coded('EPIPE'),
  'a connection that was closed': new Error('Connection is closed.'),
  'a self-signed certificate': coded('DEPTH_ZERO_SELF_SIGNED_CERT'),
  'a certificate of an unknown issuer': coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  'an expired certificate': coded('CERT_HAS_EXPIRED'),
  'a certificate for another host': coded('ERR_TLS_CERT_ALTNAME_INVALID'),
  'TLS to a port without TLS': coded('ERR_SSL_WRONG_VERSION_NUMBER'),
  'a TLS protocol error': coded('EPROTO'),
  'unreachable Sentinels': new Error(
    'All sentinels are unreachable and retry is disabled. Last error: connect ECONNREFUSED 127.0.0.1:26379',
  ),
  'Sentinels that do not know the master': new Error('All sentinels are unreachable and retry is disabled.'),
  'Sentinels during a retry': new Error('All sentinels are unreachable. Retrying from scratch after 100ms.'),
};

const UNUSABLE: Readonly<Record<string, readonly [error: Error, code: string, remedy: RegExp]>> = {
  'a missing password': [new Error('NOAUTH Authentication required.'), 'NOAUTH', /password/],
  'a wrong password': [new Error('WRONGPASS invalid username-password pair'), 'WRONGPASS', /REDIS_URL/],
  'a missing permission': [new Error("NOPERM no permissions to run 'set'"), 'NOPERM', /SET, GETDEL and MGET/],
  loading: [new Error('LOADING Redis is loading the dataset in memory'), 'LOADING', /--wait/],
  'a replica': [new Error("READONLY You can't write against a read only replica."), 'READONLY', /primary/],
  'full memory': [new Error("OOM command not allowed when used memory > 'maxmemory'."), 'OOM', /maxmemory/],
  'a full disk': [new Error('MISCONF Redis is configured to save RDB snapshots'), 'MISCONF', /disk/],
  'too few replicas': [new Error('NOREPLICAS Not enough good replicas to write.'), 'NOREPLICAS', /replicas/],
  'a lost primary': [new Error('MASTERDOWN Link with MASTER is down'), 'MASTERDOWN', /primary/],
  'a broken cluster': [new Error('CLUSTERDOWN The cluster is down'), 'CLUSTERDOWN', /masters/],
  'a script that blocks': [new Error('BUSY Redis is busy running a script.'), 'BUSY', /SCRIPT KILL/],
  'a cluster node used as a single server': [new Error('MOVED 12182 10.0.0.7:7002'), 'MOVED', /REDIS_CLUSTER=true/],
  'a single server used as a cluster': [
    new Error('ERR This instance has cluster support disabled'),
    'NO_CLUSTER',
    /unset REDIS_CLUSTER/,
  ],
  'a server used as a Sentinel': [
    new Error("ERR unknown command 'sentinel', with args beginning with: 'get-master-addr-by-name'"),
    'NO_SENTINEL',
    /unset REDIS_SENTINEL_MASTER/,
  ],
  'a Sentinel used as a server': [coded('IS_SENTINEL', 'this is a Sentinel'), 'IS_SENTINEL', /REDIS_SENTINEL_MASTER/],
  'a database that does not exist': [new Error('ERR DB index is out of range'), 'NO_DATABASE', /databases/],
  'too many clients': [new Error('ERR max number of clients reached'), 'MAXCLIENTS', /maxclients/],
  'a server that is not Redis': [new Error('Protocol error, got "H" as reply type byte'), 'NOT_REDIS', /is not Redis/],
  'an old version': [coded('TOO_OLD', 'this is version 6.0.16'), 'TOO_OLD', /6\.2/],
  'any other Redis error': [new Error('ODDITY strange'), 'ODDITY', /error message of Redis/],
};

describe('Redis diagnosis', () => {
  for (const [what, error] of Object.entries(UNREACHABLE))
    it(`is "unreachable", with a remedy, for ${what}`, () => {
      const diagnosis = diagnose(error);
      expect(diagnosis).to.include({ verdict: 'unreachable', error: error.message });
      expect(diagnosis.remedy).to.have.lengthOf.above(20);
      expect(diagnosis.remedy).to.not.equal('see the error message of Redis');
    });

  for (const [what, [error, code, remedy]] of Object.entries(UNUSABLE))
    it(`is "unusable", with a remedy, for ${what}`, () => {
      const diagnosis = diagnose(error);
      expect(diagnosis).to.include({ verdict: 'unusable', error: error.message });
      expect(diagnosis.remedy).to.match(remedy);
      expect(diagnosis.errorCode).to.equal(code);
    });

  it('has the code of a TLS failure', () => {
    expect(diagnose(coded('CERT_HAS_EXPIRED')).errorCode).to.equal('CERT_HAS_EXPIRED');
    expect(diagnose(coded('CERT_HAS_EXPIRED')).remedy).to.match(/^TLS failed/);
  });

  it('does not match similar words in another error', () => {
    for (const message of ['EXECABORT Protocol error', 'ODD Command timed out', 'ODD Connection is closed.'])
      expect(diagnose(coded('ODD', message)).errorCode, message).to.equal('ODD');
    for (const code of ['MY_ERR_TLS', 'MY_ERR_SSL', 'NEPROTO', 'EPROTONOSUPPORT'])
      expect(diagnose(coded(code)).remedy, code).to.not.match(/^TLS failed/);
  });

  it('is NO_SENTINEL or NO_MASTER when ioredis reports that all Sentinels are unreachable', () => {
    const none = 'All sentinels are unreachable and retry is disabled.';
    expect(diagnose(new Error(none)).errorCode).to.equal('NO_MASTER');
    expect(diagnose(new Error(`${none} Last error: ERR unknown command 'sentinel'`)).errorCode).to.equal('NO_SENTINEL');
  });

  it('is that of the last node error when no cluster node is usable', () => {
    const failed = (lastNodeError: Error) =>
      diagnose(Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError }));
    expect(failed(new Error('ERR This instance has cluster support disabled'))).to.include({ errorCode: 'NO_CLUSTER' });
    expect(failed(new Error('Connection is closed.'))).to.include({ errorCode: 'ECONNRESET', verdict: 'unreachable' });
    expect(failed(coded('CERT_HAS_EXPIRED')).remedy).to.match(/^TLS failed/);
  });

  it('has a different remedy for each problem', () => {
    const remedies = Object.values(UNUSABLE).map(([error]) => diagnose(error).remedy);
    expect(new Set(remedies)).to.have.property('size', remedies.length);
  });
});
