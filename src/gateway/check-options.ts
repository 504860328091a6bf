import { Expected } from '../config/field.ts';
import { gatewayKey } from '../config/parsers.ts';
import type { GatewayOptions, HttpRedeemOptions, RedisOptions } from './options.ts';
import { redisOptionNames } from './redis-access.ts';

const KNOWN: readonly (keyof GatewayOptions)[] = ['redeem', 'audience', 'timeoutMs', 'maxPending', 'onEvent'];

/** Throws a `TypeError` that says which option is wrong; never quotes a key or a URL. */
export const checkOptions = (options: GatewayOptions): void => {
  demandObject('options', options);
  demandKnown('', options, KNOWN);
  for (const name of ['timeoutMs', 'maxPending'] as const) {
    const value = options[name] ?? 1;
    if (!Number.isInteger(value) || value < 1) throw wrong(name, 'a whole number above 0');
  }
  const { redeem } = options;
  demandObject('redeem', redeem, '{ url, key } or { redis }');
  if ('redis' in redeem) checkRedis(redeem);
  else checkHttp(redeem);
};

const checkRedis = (redeem: { readonly redis: RedisOptions }): void => {
  demandKnown('redeem.', redeem, ['redis']);
  demandObject('redeem.redis', redeem.redis);
  demandKnown('redeem.redis.', redeem.redis, redisOptionNames);
  if (typeof redeem.redis.url !== 'string') throw wrong('redeem.redis.url', 'a URL like redis://redis:6379');
};

const checkHttp = (redeem: HttpRedeemOptions): void => {
  demandKnown('redeem.', redeem, ['url', 'key', 'agent']);
  const { url, key } = redeem;
  if (!isBase(url)) throw wrong('redeem.url', 'the http or https URL of the internal listener, without a query');
  if (typeof key !== 'string') throw wrong('redeem.key', 'one of the GATEWAY_KEYS of ticketd');
  try {
    gatewayKey(key);
  } catch (error) {
    throw wrong('redeem.key', error instanceof Expected ? 'one key of 32 to 512 visible ASCII characters' : 'a key');
  }
};

const isBase = (url: unknown): boolean => {
  if (!URL.canParse(String(url))) return false;
  const { protocol, username, password, search, hash } = new URL(String(url));
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
};

const demandObject = (name: string, given: unknown, expected = 'an object'): void => {
  if (typeof given !== 'object' || given === null) throw wrong(name, expected);
};

const demandKnown = (prefix: string, given: object, known: readonly string[]): void => {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new TypeError(`${prefix}${unknown}: there is no such option`);
};

const wrong = (name: string, expected: string): TypeError => new TypeError(`${name}: expected ${expected}`);
