import { Agent, createServer } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { createGateway, type GatewayOptions, type ProtectOptions } from '../../../src/gateway/gateway.ts';

const KEY = 'a-gateway-key-for-tests-of-32-characters';
const OVER_HTTP = { url: 'http://ticketd:3001', key: KEY };

/** Like agents for both protocols, whose protocol depends on the current call. */
class ForBoth extends Agent {
  get protocol(): string {
    return 'http:';
  }

  set protocol(_name: string) {}
}

const made = (options: unknown) => () => createGateway(options as GatewayOptions);

describe('ticketd/gateway createGateway() options', () => {
  for (const [what, options] of Object.entries({
    'a URL and a key': { redeem: OVER_HTTP },
    'a URL object with a path': { redeem: { ...OVER_HTTP, url: new URL('https://host/internal/') } },
    'a Redis': { redeem: { redis: { url: 'redis://redis' } } },
    'all options': { redeem: OVER_HTTP, audience: 'chat', timeoutMs: 1, maxPending: 1, onEvent: () => {} },
    'the longest timeoutMs': { redeem: OVER_HTTP, timeoutMs: 2 ** 31 - 1 },
    'an audience function': { redeem: OVER_HTTP, audience: () => 'chat' },
    'an agent for http': { redeem: { ...OVER_HTTP, agent: new Agent() } },
    'an agent for https': { redeem: { ...OVER_HTTP, url: 'https://ticketd', agent: new TlsAgent() } },
    'an agent for both protocols': { redeem: { ...OVER_HTTP, url: 'https://ticketd', agent: new ForBoth() } },
    'an agent without a protocol': { redeem: { ...OVER_HTTP, agent: {} } },
  }))
    it(`accept ${what}`, () => {
      expect(made(options)).not.to.throw();
    });

  for (const [what, options, message] of [
    ['null', null, 'options: expected an object'],
    ['a string', 'options', 'options: expected an object'],
    ['undefined', undefined, 'options: expected an object'],
    ['redis: null', { redeem: { redis: null } }, 'redeem.redis: expected an object'],
    ['an empty object', {}, 'redeem: expected { url, key } or { redis }'],
    ['a misspelt name', { redeem: OVER_HTTP, audiance: 'chat' }, 'audiance: there is no such option'],
    ['a misspelt name for Redis', { redeem: { redis: { url: 'x', prefix: 'y' } } }, 'redeem.redis.prefix: there is no'],
    [
      'a URL together with redis',
      { redeem: { ...OVER_HTTP, redis: { url: 'x' } } },
      'redeem.url: there is no such option',
    ],
    ['redis without a URL', { redeem: { redis: {} } }, 'redeem.redis.url: expected a URL'],
    ['a missing key', { redeem: { url: OVER_HTTP.url } }, 'redeem.key: expected one of the GATEWAY_KEYS'],
    ['a short key', { redeem: { ...OVER_HTTP, key: 'short' } }, 'redeem.key: expected one key of 32 to 512'],
    ['two keys', { redeem: { ...OVER_HTTP, key: `${KEY},${KEY}` } }, 'redeem.key: expected one key'],
    ['a missing URL', { redeem: { key: KEY } }, 'redeem.url: expected the http or https URL'],
    ['a ws URL', { redeem: { ...OVER_HTTP, url: 'ws://ticketd' } }, 'redeem.url: expected'],
    ['a URL with a password', { redeem: { ...OVER_HTTP, url: 'http://a:secret@b' } }, 'redeem.url: expected'],
    ['a URL with a query', { redeem: { ...OVER_HTTP, url: 'http://a/?b' } }, 'redeem.url: expected'],
    ['a timeoutMs of 0', { redeem: OVER_HTTP, timeoutMs: 0 }, 'timeoutMs: expected a whole number above 0'],
    [
      'a timeoutMs above the limit',
      { redeem: OVER_HTTP, timeoutMs: 2 ** 31 },
      'timeoutMs: expected a whole number up to 2147483647',
    ],
    ['a negative timeoutMs', { redeem: OVER_HTTP, timeoutMs: -1 }, 'timeoutMs: expected a whole number above 0'],
    [
      'a timeoutMs that is a string',
      { redeem: OVER_HTTP, timeoutMs: '5' },
      'timeoutMs: expected a whole number above 0',
    ],
    ['a maxPending of 0', { redeem: OVER_HTTP, maxPending: 0 }, 'maxPending: expected a whole number above 0'],
    ['an onEvent that is not a function', { redeem: OVER_HTTP, onEvent: {} }, 'onEvent: expected a function'],
    ['an audience that is a number', { redeem: OVER_HTTP, audience: 1 }, 'audience: expected a string or a function'],
    ['a redeem that is a string', { redeem: 'redis' }, 'redeem: expected { url, key } or { redis }'],
    ['a URL with a user', { redeem: { ...OVER_HTTP, url: 'http://secret@b' } }, 'redeem.url: expected'],
    ['a URL with a fragment', { redeem: { ...OVER_HTTP, url: 'http://a/#b' } }, 'redeem.url: expected'],
    ['a key that is a number', { redeem: { ...OVER_HTTP, key: 1 } }, 'redeem.key: expected one of the GATEWAY_KEYS'],
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
    ['an agent that is a string', { redeem: { ...OVER_HTTP, agent: 'agent' } }, 'redeem.agent: expected an object'],
    [
      'a misspelt name next to the URL',
      { redeem: { ...OVER_HTTP, agents: 1 } },
      'redeem.agents: there is no such option',
    ],
    ['a key next to redis', { redeem: { redis: { url: 'x' }, key: 'y' } }, 'redeem.key: there is no such'],
    ['a maxPending of 1.5', { redeem: OVER_HTTP, maxPending: 1.5 }, 'maxPending: expected a whole number above 0'],
  ] as const)
    it(`reject ${what}`, () => {
      expect(made(options))
        .to.throw(TypeError, message)
        .with.property('message')
        .that.does.not.match(/secret|short$/);
    });
});

describe('ticketd/gateway protect() options', () => {
  const protect = (options: unknown, target: unknown = new WebSocketServer({ noServer: true })) => {
    const gateway = createGateway({ redeem: OVER_HTTP });
    return () => gateway.protect(createServer(), target as WebSocketServer, options as ProtectOptions);
  };

  for (const options of [
    undefined,
    {},
    { path: '/socket', refuse: 'http', closeAtSessionEnd: true, heartbeatMs: 1, upgradeTimeoutMs: 1 },
    { path: '/', refuse: 'close', closeAtSessionEnd: false, heartbeatMs: 0, upgradeTimeoutMs: 2 ** 31 - 1 },
  ])
    it(`accept ${JSON.stringify(options)}`, () => {
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
    [{ heartbeatMs: -1 }, 'heartbeatMs: expected a whole number above 0'],
    [{ heartbeatMs: 2 ** 31 }, 'heartbeatMs: expected a whole number up to 2147483647'],
    [{ heartbeatMs: false }, 'heartbeatMs: expected a whole number'],
    [{ upgradeTimeoutMs: 0 }, 'upgradeTimeoutMs: expected a whole number above 0'],
    [{ upgradeTimeoutMs: 2 ** 31 }, 'upgradeTimeoutMs: expected a whole number up to 2147483647'],
  ] as const)
    it(`reject ${String(JSON.stringify(options))}: ${message}`, () => {
      expect(protect(options)).to.throw(TypeError, message);
    });

  it('reject refuse: close, closeAtSessionEnd: true and heartbeatMs for a target that is a function', () => {
    const target = () => {};
    for (const options of [{ refuse: 'close' }, { closeAtSessionEnd: true }, { heartbeatMs: 1 }])
      expect(protect(options, target)).to.throw(TypeError, 'need a WebSocket server, not a function');
    for (const options of [{}, { refuse: 'http' }, { closeAtSessionEnd: false }, { heartbeatMs: 0 }])
      expect(protect(options, target)).not.to.throw();
  });

  it('accept any target with the methods of a ws server, but reject noServer: false', () => {
    for (const options of [undefined, null, 'x', {}, { noServer: true }])
      expect(protect({}, { handleUpgrade: () => {}, emit: () => true, options })).not.to.throw();
    expect(protect({}, { handleUpgrade: () => {}, options: { noServer: false } })).to.throw(
      TypeError,
      'noServer: true',
    );
  });
});
