import { expect } from 'chai';
import { createGateway, type GatewayOptions } from '../../../src/gateway/gateway.ts';

const KEY = 'a-gateway-key-for-tests-of-32-characters';
const OVER_HTTP = { url: 'http://ticketd:3001', key: KEY };

const made = (options: unknown) => () => createGateway(options as GatewayOptions);

describe('the options of a gateway', () => {
  for (const [what, options] of Object.entries({
    'a URL and a key': { redeem: OVER_HTTP },
    'a URL object with a path': { redeem: { ...OVER_HTTP, url: new URL('https://host/internal/') } },
    'a Redis': { redeem: { redis: { url: 'redis://redis' } } },
    'all there are': { redeem: OVER_HTTP, audience: 'chat', timeoutMs: 1, maxPending: 1, onEvent: () => {} },
  }))
    it(`may be ${what}`, () => {
      expect(made(options)).not.to.throw();
    });

  for (const [what, options, message] of [
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
    ['half a redeem', { redeem: OVER_HTTP, maxPending: 1.5 }, 'maxPending: expected a whole number above 0'],
  ] as const)
    it(`may not be ${what}`, () => {
      expect(made(options))
        .to.throw(TypeError, message)
        .with.property('message')
        .that.does.not.match(/secret|short$/);
    });
});
