import { expect } from 'chai';
import { redisUrl } from '../../../src/config/redis-url.ts';
import { InvalidValueError } from '../../../src/config/variable.ts';
import { thrownBy } from '../../support/rejection.ts';

const at = (...addresses: readonly string[]) => ({
  kind: 'server',
  tls: false,
  servers: addresses.map((address) => ({
    host: address.replace(/:\d+$/, ''),
    port: Number(/\d+$/.exec(address)?.[0]),
  })),
  database: 0,
});
const user = { username: 'u', password: 'p' };

const GOOD: Readonly<Record<string, object>> = {
  'redis://a,redis://b,redis://c': at('a:6379', 'b:6379', 'c:6379'),
  'redis://a:7000,b:7001,c': at('a:7000', 'b:7001', 'c:6379'),
  ' redis://a , b:1 ,\tredis://c ': at('a:6379', 'b:1', 'c:6379'),
  'redis://[::1]:7000,[2001:db8::7]:7001,10.0.0.7': at('::1:7000', '2001:db8::7:7001', '10.0.0.7:6379'),
  'REDISS://a,b,Rediss://c': { ...at('a:6379', 'b:6379', 'c:6379'), tls: true },
  'redis://u:p@a,redis://b': { ...at('a:6379', 'b:6379'), ...user },
  'redis://u:p@a,b:1,u:p@c': { ...at('a:6379', 'b:1', 'c:6379'), ...user },
  'redis://u:p@a,redis://u:p@b': { ...at('a:6379', 'b:6379'), ...user },
  'redis://u:p%2Cq@a,u:p%2Cq@b': { ...at('a:6379', 'b:6379'), username: 'u', password: 'p,q' },
  'redis://a/2,b': { ...at('a:6379', 'b:6379'), database: 2 },
  'redis://a/2,redis://b/2': { ...at('a:6379', 'b:6379'), database: 2 },
};

const DIFFERING =
  'the same scheme, user, password and database in the whole list; percent-encode , in a password as %2C';

const WRONG: Readonly<Record<string, readonly string[]>> = {
  [DIFFERING]: [
    'redis://a,rediss://b',
    'rediss://u:hunter2@a,redis://u:hunter2@b',
    'redis://u:p@a,redis://hunter2:p@b',
    'redis://u:p@a,redis://u:hunter2@b',
    'redis://u:hunter2@a,redis://u:p@b',
    'redis://a,redis://u:hunter2@b',
    'redis://a,:hunter2@b',
    'redis://u:1,hunter2@host',
    'redis://u:hunter2@a/1,redis://b/2',
    'redis://u:hunter2@a,b/1',
  ],
  'a URL like': ['redis://u:hunter2,x@host', ',redis://u:hunter2@a', ',', 'redis://u:hunter2@a,b:65536', 'hunter2,a'],
  'a host after the scheme': ['redis://u:hunter2@a,', 'redis://u:hunter2@a,,b', 'redis://u:hunter2@a, ,b'],
  'a URL that starts with redis:// or rediss://': [
    'redis://u:hunter2@a,memory://',
    'memory://,redis://u:hunter2@a',
    'redis://a,http://u:hunter2@b',
  ],
  'no query parameters': ['redis://u:hunter2@a,b?db=hunter2', 'redis://u:hunter2@a?x=1,b'],
  'no # in it': ['redis://u:hunter2@a,b#hunter2'],
  'a port from 1': ['redis://u:hunter2@a,b:0'],
  'a database number': ['redis://u:hunter2@a,b/hunter2', 'redis://u:hunter2@a/x,b'],
  'a URL without spaces': ['redis://u:hunter2@a,b c', 'redis://u:hunter2@a,b\u0000'],
  'a host name or an IP address': ['redis://u:hunter2@a,b..c', 'redis://u:hunter2@a,1.2.3'],
};

describe('REDIS_URL as a list', () => {
  for (const [urls, target] of Object.entries(GOOD))
    it(`accepts ${JSON.stringify(urls)}`, () => {
      expect(redisUrl(urls)).to.deep.equal(target);
    });

  for (const [expected, lists] of Object.entries(WRONG))
    for (const urls of lists)
      it(`rejects ${JSON.stringify(urls)} without quoting any of it`, () => {
        const error = thrownBy(() => redisUrl(urls));
        expect(error).to.be.instanceOf(InvalidValueError);
        expect(error.message.startsWith(expected), error.message).to.equal(true);
        expect(error.message).to.not.include('hunter2');
      });
});
