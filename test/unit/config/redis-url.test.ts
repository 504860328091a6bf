import { expect } from 'chai';
import { endpointOf, redisUrl } from '../../../src/config/redis-url.ts';
import { InvalidValueError } from '../../../src/config/variable.ts';
import { thrownBy } from '../../support/rejection.ts';

const at = (host: string, port = 6379) => ({ kind: 'server', tls: false, servers: [{ host, port }], database: 0 });
const plain = at('host');

const GOOD: Readonly<Record<string, object>> = {
  'redis://host': plain,
  'redis://host/': plain,
  'redis://host:6379/0': plain,
  'REDIS://host': plain,
  'rediss://host': { ...plain, tls: true },
  'REDISS://host': { ...plain, tls: true },
  'RedisS://host:6380/15': { ...at('host', 6380), tls: true, database: 15 },
  'redis://10.0.0.7:1': at('10.0.0.7', 1),
  'redis://cache.internal:65535': at('cache.internal', 65_535),
  'redis://[::1]': at('::1'),
  'rediss://[2001:db8::7]:6380/2': { ...at('2001:db8::7', 6380), tls: true, database: 2 },
  'redis://user:pass@host': { ...plain, username: 'user', password: 'pass' },
  'redis://:pass@host': { ...plain, password: 'pass' },
  'redis://user@host': { ...plain, username: 'user' },
  'redis://u%3Aser:p%40ss%2F%3F%23%25%2C%20word@host': { ...plain, username: 'u:ser', password: 'p@ss/?#%, word' },
  'redis://:p%C3%A4ss@host': { ...plain, password: 'päss' },
  'redis://:p@ss@host': { ...plain, password: 'p@ss' },
  'redis://:a:b@host': { ...plain, password: 'a:b' },
  'valkey://host': plain,
  'VALKEYS://:pass@host:6380/2': { ...at('host', 6380), tls: true, password: 'pass', database: 2 },
  'unix:///run/redis.sock': { ...at('localhost'), socketPath: '/run/redis.sock' },
  'UNIX://u:p%40ss@/run/a%20b.sock?db=3': {
    ...at('localhost'),
    username: 'u',
    password: 'p@ss',
    database: 3,
    socketPath: '/run/a b.sock',
  },
  'unix://:p%2Fss@/run/redis.sock': { ...at('localhost'), password: 'p/ss', socketPath: '/run/redis.sock' },
  'memory://': { kind: 'memory' },
  'MEMORY://': { kind: 'memory' },
};

const WRONG: Readonly<Record<string, readonly string[]>> = {
  'a URL that starts with redis:// or rediss:// (also valkey://, valkeys://, unix://), or exactly memory://': [
    'http://hunter2@host',
    'redis+tls://u:hunter2@host',
    'memory://hunter2',
    'memory:///hunter2',
    'memory://?hunter2',
    'memory:',
    'hunter2:6379',
  ],
  'unix:// with an absolute path, as in unix://user:password@/run/redis.sock?db=0': [
    'unix://hunter2.sock',
    'unix://',
    'unix:/hunter2',
    'unix:///run/hunter2?database=1',
    'unix:///run/redis.sock?db=hunter2',
    'unix:///run/redis.sock#hunter2',
    'unix://u:hunter2/3@/run/redis.sock',
  ],
  'a path of at most 107 bytes after unix://': [`unix:///hunter2/${'x'.repeat(107)}`],
  'one server with unix://, not a list': ['unix:///run/hunter2,unix:///run/b', 'redis://host,unix:///run/hunter2'],
  'no query parameters': [
    'redis://u:hunter2@host?enableOfflineQueue=false',
    'redis://u:hunter2@host/0?db=1',
    'redis://host?hunter2',
    'redis://host?=',
  ],
  'no # in it; percent-encode # in a password as %23': [
    'redis://u:hunter2@host#fragment',
    'redis://host/0#' + 'hunter2',
  ],
  'a host after the scheme, as in redis://host:6379': [
    'redis://',
    'redis:///0',
    'redis:host',
    'redis:/host',
    'rediss:',
  ],
  'a port from 1 to 65535': ['redis://u:hunter2@host:0'],
  'a database number as the path, as in redis://host:6379/0': [
    'redis://u:hunter2@host/zero',
    'redis://u:hunter2@host/-1',
    'redis://u:hunter2@host/1/2',
    'redis://u:hunter2@host/1.5',
    'redis://u:12/hunter2@host',
  ],
  'valid percent-encoding in user, password and host': ['redis://u:%hunter2@host', 'redis://%E4:hunter2@host'],
  'a URL like redis://user:password@host:6379/0, its password percent-encoded': [
    'hunter2',
    '',
    '//u:hunter2@host',
    'redis://u:hunter2@',
    'redis://u:hunter2@host:65536',
    'redis://u:hunter2@host:port',
    'redis://u:hunter2/x@host',
    'redis://u:hunter2?x@host',
    'redis://u:hunter2#x@host',
    'redis://[::1',
    'redis://[hunter2]',
  ],
};

describe('REDIS_URL', () => {
  for (const [url, target] of Object.entries(GOOD))
    it(`accepts ${url}`, () => {
      expect(redisUrl(url)).to.deep.equal(target);
    });

  it('ignores whitespace around the URL', () => {
    for (const url of [' redis://host', 'redis://host\n', '\tredis://host\r\n'])
      expect(redisUrl(url)).to.deep.equal(plain);
  });

  for (const [expected, urls] of Object.entries(WRONG))
    for (const url of urls)
      it(`rejects ${JSON.stringify(url)} without quoting any of it`, () => {
        const error = thrownBy(() => redisUrl(url));
        expect(error).to.be.instanceOf(InvalidValueError);
        expect(error.message.startsWith(expected), error.message).to.equal(true);
        expect(error.message).to.not.include('hunter2');
      });

  for (const url of [
    'redis://u%3Ahunter2%40host',
    'redis://%20',
    'redis://a%2Fb',
    'redis://host..internal',
    'redis://1.2.3',
  ])
    it(`rejects ${url}, whose host is invalid`, () => {
      expect(thrownBy(() => redisUrl(url))).to.be.instanceOf(InvalidValueError);
    });

  for (const url of [
    'redis://ho st',
    'redis://ho\nst',
    'redis://u:hun\tter2@host',
    'redis:// host',
    'redis://ho\tst',
    'redis://host\u0000',
  ])
    it(`rejects ${JSON.stringify(url)} instead of stripping whitespace and control characters`, () => {
      expect(thrownBy(() => redisUrl(url))).to.be.instanceOf(InvalidValueError);
    });
});

describe('Redis endpoint in logs', () => {
  it('contains host, port and database, and no credentials', () => {
    expect(endpointOf(redisUrl('REDIS://user:hunter2@host'))).to.equal('redis://host:6379');
    expect(endpointOf(redisUrl('rediss://:hunter2@[::1]:6380/3'))).to.equal('rediss://[::1]:6380/3');
    expect(endpointOf(redisUrl('redis://u:hunter2@a:7000/2,b,redis://u:hunter2@[::1]'))).to.equal(
      'redis://a:7000/2,b:6379,[::1]:6379',
    );
    expect(endpointOf(redisUrl('memory://'))).to.equal('memory://');
  });

  it('is a valid URL of the same server', () => {
    for (const url of ['redis://host:6379', 'rediss://[2001:db8::7]:1/15', 'rediss://a:1,[::1]:2,c:3'])
      expect(redisUrl(endpointOf(redisUrl(url)))).to.deep.equal(redisUrl(url));
  });
});
