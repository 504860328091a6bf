import { Agent, createServer } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { createGateway, type GatewayOptions, type ProtectOptions } from '../../../src/gateway/gateway.ts';

const KEY = 'a-gateway-key-for-tests-of-32-characters';
const OVER_HTTP = { url: 'http://ticketd:3001', key: KEY };

/** As agents that work for both protocols have it: by the call that is under way. */
class ForBoth extends Agent {
  get protocol(): string {
    return 'http:';
  }

  set protocol(_name: string) {}
}

const made = (options: unknown) => () => createGateway(options as GatewayOptions);

describe('the options of a gateway', () => {
  for (const [what, options] of Object.entries({
    'a URL and a key': { redeem: OVER_HTTP },
    'a URL object with a path': { redeem: { ...OVER_HTTP, url: new URL('https://host/internal/') } },
    'a Redis': { redeem: { redis: { url: 'redis://redis' } } },
    'all there are': { redeem: OVER_HTTP, audience: 'chat', timeoutMs: 1, maxPending: 1, onEvent: () => {} },
    'the longest time': { redeem: OVER_HTTP, timeoutMs: 2 ** 31 - 1 },
    'an audience function': { redeem: OVER_HTTP, audience: () => 'chat' },
    'an agent for http': { redeem: { ...OVER_HTTP, agent: new Agent() } },
    'an agent for https': { redeem: { ...OVER_HTTP, url: 'https://ticketd', agent: new TlsAgent() } },
    'an agent that finds out for itself': { redeem: { ...OVER_HTTP, url: 'https://ticketd', agent: new ForBoth() } },
    'an agent without a protocol': { redeem: { ...OVER_HTTP, agent: {} } },
  }))
    it(`may be ${what}`, () => {
      expect(made(options)).not.to.throw();
    });

  for (const [what, options, message] of [
    ['null', null, 'options: expected an object'],
    ['a text', 'options', 'options: expected an object'],
    ['absent', undefined, 'options: expected an object'],
    ['a Redis that is none', { redeem: { redis: null } }, 'redeem.redis: expected an object'],
    ['nothing at all', {}, 'redeem: expected { url, key } or { redis }'],
    ['a misspelt name', { redeem: OVER_HTTP, audiance: 'chat' }, 'audiance: there is no such option'],
    ['a misspelt name for Redis', { redeem: { redis: { url: 'x', prefix: 'y' } } }, 'redeem.redis.prefix: there is no'],
    ['both ways at once', { redeem: { ...OVER_HTTP, redis: { url: 'x' } } }, 'redeem.url: there is no such option'],
    ['no URL of Redis', { redeem: { redis: {} } }, 'redeem.redis.url: expected a URL'],
    ['no key', { redeem: { url: OVER_HTTP.url } }, 'redeem.key: expected one of the GATEWAY_KEYS'],
    ['a short key', { redeem: { ...OVER_HTTP, key: 'short' } }, 'redeem.key: expected one key of 32 to 512'],
    ['two keys', { redeem: { ...OVER_HTTP, key: `${KEY},${KEY}` } }, 'redeem.key: expected one key'],
    ['no URL', { redeem: { key: KEY } }, 'redeem.url: expected the http or https URL'],
    ['a WebSocket’s URL', { redeem: { ...OVER_HTTP, url: 'ws://ticketd' } }, 'redeem.url: expected'],
    ['a URL with a password', { redeem: { ...OVER_HTTP, url: 'http://a:secret@b' } }, 'redeem.url: expected'],
    ['a URL with a query', { redeem: { ...OVER_HTTP, url: 'http://a/?b' } }, 'redeem.url: expected'],
    ['no time', { redeem: OVER_HTTP, timeoutMs: 0 }, 'timeoutMs: expected a whole number above 0'],
    [
      'too long a time',
      { redeem: OVER_HTTP, timeoutMs: 2 ** 31 },
      'timeoutMs: expected a whole number up to 2147483647',
    ],
    ['a negative time', { redeem: OVER_HTTP, timeoutMs: -1 }, 'timeoutMs: expected a whole number above 0'],
    ['a time as text', { redeem: OVER_HTTP, timeoutMs: '5' }, 'timeoutMs: expected a whole number above 0'],
    ['no redeem at once', { redeem: OVER_HTTP, maxPending: 0 }, 'maxPending: expected a whole number above 0'],
    ['a listener that is none', { redeem: OVER_HTTP, onEvent: {} }, 'onEvent: expected a function'],
    ['an audience that is none', { redeem: OVER_HTTP, audience: 1 }, 'audience: expected a string or a function'],
    ['a redeem by name', { redeem: 'redis' }, 'redeem: expected { url, key } or { redis }'],
    ['a URL with a user', { redeem: { ...OVER_HTTP, url: 'http://secret@b' } }, 'redeem.url: expected'],
    ['a URL with a fragment', { redeem: { ...OVER_HTTP, url: 'http://a/#b' } }, 'redeem.url: expected'],
    ['a key that is none', { redeem: { ...OVER_HTTP, key: 1 } }, 'redeem.key: expected one of the GATEWAY_KEYS'],
    [
      'an http agent for https',
      { redeem: { ...OVER_HTTP, url: 'https://t', agent: new Agent() } },
      'redeem.agent: expe',
    ],
    [
      'an https agent for http',
      { redeem: { ...OVER_HTTP, agent: new TlsAgent() } },
      'redeem.agent: expected an Agent of',
    ],
    ['an agent by name', { redeem: { ...OVER_HTTP, agent: 'agent' } }, 'redeem.agent: expected an object'],
    [
      'a misspelt name beside the URL',
      { redeem: { ...OVER_HTTP, agents: 1 } },
      'redeem.agents: there is no such option',
    ],
    ['a misspelt name beside Redis', { redeem: { redis: { url: 'x' }, key: 'y' } }, 'redeem.key: there is no such'],
    ['half a redeem', { redeem: OVER_HTTP, maxPending: 1.5 }, 'maxPending: expected a whole number above 0'],
  ] as const)
    it(`may not be ${what}`, () => {
      expect(made(options))
        .to.throw(TypeError, message)
        .with.property('message')
        .that.does.not.match(/secret|short$/);
    });
});

describe('the options of protect', () => {
  const protect = (options: unknown, target: unknown = new WebSocketServer({ noServer: true })) => {
    const gateway = createGateway({ redeem: OVER_HTTP });
    return () => gateway.protect(createServer(), target as WebSocketServer, options as ProtectOptions);
  };

  for (const options of [
    undefined,
    {},
    { path: '/socket', refuse: 'http', closeAtSessionEnd: true, upgradeTimeoutMs: 1 },
    { path: '/', refuse: 'close', closeAtSessionEnd: false, upgradeTimeoutMs: 2 ** 31 - 1 },
  ])
    it(`may be ${JSON.stringify(options)}`, () => {
      expect(protect(options)).not.to.throw();
    });

  for (const [options, message] of [
    [null, 'options: expected an object'],
    ['/path', 'options: expected an object'],
    [{ closeAtSesionEnd: false }, 'closeAtSesionEnd: there is no such option'],
    [{ closeAtSessionEnd: 'no' }, 'closeAtSessionEnd: expected a boolean'],
    [{ path: 'socket' }, 'path: expected a path like /socket'],
    [{ path: '/socket?a' }, 'path: expected a path like /socket'],
    [{ path: '/socket#a' }, 'path: expected a path like /socket'],
    [{ path: /socket/ }, 'path: expected a path like /socket'],
    [{ refuse: 'https' }, 'refuse: expected "http" or "close"'],
    [{ upgradeTimeoutMs: 0 }, 'upgradeTimeoutMs: expected a whole number above 0'],
    [{ upgradeTimeoutMs: 2 ** 31 }, 'upgradeTimeoutMs: expected a whole number up to 2147483647'],
  ] as const)
    it(`may not be ${String(JSON.stringify(options))}: ${message}`, () => {
      expect(protect(options)).to.throw(TypeError, message);
    });

  it('fit the target: a function is neither closed with a code nor ended with its session', () => {
    const target = () => {};
    for (const options of [{ refuse: 'close' }, { closeAtSessionEnd: true }])
      expect(protect(options, target)).to.throw(TypeError, 'need a WebSocket server, not a function');
    for (const options of [{}, { refuse: 'http' }, { closeAtSessionEnd: false }])
      expect(protect(options, target)).not.to.throw();
  });

  it('fit a target that is like a server of ws, whatever its options', () => {
    for (const options of [undefined, null, 'x', {}, { noServer: true }])
      expect(protect({}, { handleUpgrade: () => {}, emit: () => true, options })).not.to.throw();
    expect(protect({}, { handleUpgrade: () => {}, options: { noServer: false } })).to.throw(
      TypeError,
      'noServer: true',
    );
  });
});
