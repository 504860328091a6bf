import { gatewayKey } from '../config/parsers.ts';
import { InvalidValueError } from '../config/variable.ts';
import type { GatewayOptions, HttpRedeemOptions, ProtectOptions, RedisOptions } from './options.ts';
import { redisOptionNames } from './redis-access.ts';

const KNOWN: readonly (keyof GatewayOptions)[] = ['redeem', 'audience', 'timeoutMs', 'maxPending', 'onEvent'];
const KNOWN_OF_PROTECT: readonly (keyof ProtectOptions)[] = ['path', 'refuse', 'closeAtSessionEnd', 'upgradeTimeoutMs'];
// A longer timer fires immediately.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Throws a `TypeError` that says which option is wrong; never quotes a key or a URL. */
export const checkOptions = (options: GatewayOptions): void => {
  demandObject('options', options);
  demandKnown('', options, KNOWN);
  demandCount('timeoutMs', options.timeoutMs);
  demandCount('maxPending', options.maxPending);
  demandType('audience', options.audience, ['string', 'function']);
  demandType('onEvent', options.onEvent, ['function']);
  const { redeem } = options;
  demandObject('redeem', redeem, '{ url, key } or { redis }');
  if ('redis' in redeem) checkRedis(redeem);
  else checkHttp(redeem);
};

/** The same for the options of `protect`. */
export const checkProtectOptions = (options: ProtectOptions): void => {
  demandObject('options', options);
  demandKnown('', options, KNOWN_OF_PROTECT);
  demandCount('upgradeTimeoutMs', options.upgradeTimeoutMs);
  demandType('closeAtSessionEnd', options.closeAtSessionEnd, ['boolean']);
  const { path = '/', refuse = 'http' } = options;
  if (typeof path !== 'string' || !/^\/[^?#]*$/.test(path)) throw wrong('path', 'a path like /socket');
  if (!['http', 'close'].includes(refuse)) throw wrong('refuse', '"http" or "close"');
};

const checkRedis = (redeem: { readonly redis: RedisOptions }): void => {
  demandKnown('redeem.', redeem, ['redis']);
  demandObject('redeem.redis', redeem.redis);
  demandKnown('redeem.redis.', redeem.redis, redisOptionNames);
  if (typeof redeem.redis.url !== 'string') throw wrong('redeem.redis.url', 'a URL like redis://redis:6379');
};

const checkHttp = (redeem: HttpRedeemOptions): void => {
  demandKnown('redeem.', redeem, ['url', 'key', 'agent']);
  const { url, key, agent } = redeem;
  if (!isBase(url)) throw wrong('redeem.url', 'the http or https URL of the internal listener, without a query');
  if (typeof key !== 'string') throw wrong('redeem.key', 'one of the GATEWAY_KEYS of ticketd');
  if (agent !== undefined && !isFor(agent, new URL(url)))
    throw wrong('redeem.agent', 'an Agent of node:https for an https URL, one of node:http for an http URL');
  try {
    gatewayKey(key);
  } catch (error) {
    throw wrong(
      'redeem.key',
      error instanceof InvalidValueError ? 'one key of 32 to 512 visible ASCII characters' : 'a key',
    );
  }
};

const isBase = (url: unknown): boolean => {
  if (!URL.canParse(String(url))) return false;
  const { protocol, username, password, search, hash } = new URL(String(url));
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
};

/** Whether an agent can connect there; agents of other packages find out for each request what it is for. */
const isFor = (agent: object, { protocol }: URL): boolean => {
  demandObject('redeem.agent', agent);
  return !Object.hasOwn(agent, 'protocol') || Reflect.get(agent, 'protocol') === protocol;
};

const demandCount = (name: string, value = 1): void => {
  if (!Number.isInteger(value) || value < 1) throw wrong(name, 'a whole number above 0');
  if (value > LONGEST_TIMEOUT_MS) throw wrong(name, `a whole number up to ${LONGEST_TIMEOUT_MS}`);
};

const demandType = (name: string, value: unknown, types: readonly string[]): void => {
  if (value !== undefined && !types.includes(typeof value)) throw wrong(name, `a ${types.join(' or a ')}`);
};

const demandObject = (name: string, given: unknown, expected = 'an object'): void => {
  if (typeof given !== 'object' || given === null) throw wrong(name, expected);
};

const demandKnown = (prefix: string, given: object, known: readonly string[]): void => {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new TypeError(`${prefix}${unknown}: there is no such option`);
};

const wrong = (name: string, expected: string): TypeError => new TypeError(`${name}: expected ${expected}`);
