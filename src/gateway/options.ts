import type { Agent, IncomingMessage } from 'node:http';
import { gatewayKey } from '../config/parsers.ts';
import { InvalidValueError } from '../config/variable.ts';
import { variables } from '../config/variables.ts';
import type { Admission } from './admission.ts';
import type { GatewayEvent } from './events.ts';
import type { SessionSelector } from './open-sessions.ts';

/** Redeems over HTTP, at a ticketd. */
export interface HttpRedeemOptions {
  /** The internal listener of ticketd: `http://ticketd:3001`. */
  readonly url: string | URL;
  /** One of its `GATEWAY_KEYS`. */
  readonly key: string;
  /**
   * Replaces the gateway's own agent: for a private certificate authority, or client certificates. Where it limits its
   * connections, one of them is taken by the feed of revocations.
   */
  readonly agent?: Agent;
}

/** How to connect to Redis. The comment of each option names a variable of ticketd, whose rules and default it has. */
export interface RedisOptions {
  /** `REDIS_URL`, the same as that of ticketd; never `memory://`. */
  readonly url: string;
  /** `REDIS_KEY_PREFIX` */
  readonly keyPrefix?: string | undefined;
  /** `REDIS_SENTINEL_MASTER` */
  readonly sentinelMaster?: string | undefined;
  /** `REDIS_SENTINEL_USERNAME` */
  readonly sentinelUsername?: string | undefined;
  /** `REDIS_SENTINEL_PASSWORD` */
  readonly sentinelPassword?: string | undefined;
  /** `REDIS_CLUSTER` */
  readonly cluster?: boolean | undefined;
  /** `REDIS_TLS_CA_FILE` */
  readonly tlsCaFile?: string | undefined;
  /** `REDIS_TLS_CERT_FILE`, with `tlsKeyFile` */
  readonly tlsCertFile?: string | undefined;
  /** `REDIS_TLS_KEY_FILE` */
  readonly tlsKeyFile?: string | undefined;
  /** `REDIS_TLS_SERVERNAME` */
  readonly tlsServername?: string | undefined;
  /** `REDIS_STARTUP_TIMEOUT_MS`: how long `start()` waits. */
  readonly startupTimeoutMs?: number | undefined;
  /** `REDIS_CONNECT_TIMEOUT_MS` */
  readonly connectTimeoutMs?: number | undefined;
  /** `REDIS_COMMAND_TIMEOUT_MS` */
  readonly commandTimeoutMs?: number | undefined;
  /** `REDIS_HEARTBEAT_MS` */
  readonly heartbeatMs?: number | undefined;
}

/** Options of `createGateway`. */
export interface GatewayOptions {
  /** How tickets are redeemed: over HTTP at a ticketd, or directly from its Redis. */
  readonly redeem: HttpRedeemOptions | { readonly redis: RedisOptions };
  /**
   * The audience of this gateway, or a function that returns that of a request. A ticket for another is rejected. If you
   * pass Fetch requests to `authenticateRequest`, declare the parameter of the function as `GatewayRequest`.
   */
  readonly audience?: string | ((request: IncomingMessage) => string | undefined);
  /** Time limit of one redeem in milliseconds; 2,000 by default. */
  readonly timeoutMs?: number;
  /** How many redeems may be in flight; the gateway answers 503 beyond. 1,000 by default. */
  readonly maxPending?: number;
  /** Gets every event, and may be async; by default errors are printed to standard error. */
  readonly onEvent?: (event: GatewayEvent) => unknown;
}

/** Options of `protect`. */
export interface ProtectOptions {
  /** The only path whose upgrades the gateway handles; all by default. */
  readonly path?: string;
  /**
   * How a client is refused. `http` (the default) answers the handshake with an HTTP error. `close` accepts it, then
   * closes the WebSocket with 4004 (the ticket was not redeemable) or 1013 (try again): a browser shows its page the close
   * code, but not the status of a handshake.
   */
  readonly refuse?: 'http' | 'close';
  /** Closes each socket with 4003 when its session ends; `true` by default for a WebSocket server. */
  readonly closeAtSessionEnd?: boolean;
  /**
   * How often the gateway pings each socket, in milliseconds. It terminates a socket whose client has not answered by
   * the next ping. 30,000 by default for a WebSocket server; 0 turns it off.
   */
  readonly heartbeatMs?: number;
  /**
   * How long the application may need to take the connection of an admitted client, in milliseconds; 10,000 by default.
   * Then the gateway answers with an error and closes the connection. The same limit applies to an upgrade to another
   * path, for which the server has another listener.
   */
  readonly upgradeTimeoutMs?: number;
}

/** What is known about a ticket that did not come in a request. */
export interface RedeemOptions {
  /** The `Origin` of the connection that the ticket came over; `null` if it had none. */
  readonly origin: string | null;
  /** By default that of the gateway, unless that is a function. */
  readonly audience?: string | undefined;
  /** What precedes `?` in the target that the ticket is meant for: a ticket with another `path` is rejected. */
  readonly path?: string | undefined;
  /** The trace id of the connection; a new one by default. */
  readonly traceId?: string | undefined;
}

/** The variable of ticketd behind each option for Redis. */
export const redisVariables: Readonly<Record<keyof RedisOptions, { readonly name: string }>> = {
  url: variables.redis.target,
  keyPrefix: variables.redis.keyPrefix,
  sentinelMaster: variables.redis.sentinelMaster,
  sentinelUsername: variables.redis.sentinelUsername,
  sentinelPassword: variables.redis.sentinelPassword,
  cluster: variables.redis.cluster,
  tlsCaFile: variables.redis.tlsCa,
  tlsCertFile: variables.redis.tlsCert,
  tlsKeyFile: variables.redis.tlsKey,
  tlsServername: variables.redis.tlsServername,
  startupTimeoutMs: variables.redis.startupTimeoutMs,
  connectTimeoutMs: variables.redis.connectTimeoutMs,
  commandTimeoutMs: variables.redis.commandTimeoutMs,
  heartbeatMs: variables.redis.heartbeatMs,
};

const GATEWAY_OPTIONS: readonly (keyof GatewayOptions)[] = ['redeem', 'audience', 'timeoutMs', 'maxPending', 'onEvent'];
const PROTECT_OPTIONS: readonly (keyof ProtectOptions)[] = [
  'path',
  'refuse',
  'closeAtSessionEnd',
  'heartbeatMs',
  'upgradeTimeoutMs',
];
// Node.js fires a longer timer immediately.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
// A control frame has up to 125 bytes, 2 of them for the code (RFC 6455, section 5.5).
const MAX_REASON_BYTES = 123;

/** Throws a `TypeError` that says which option is wrong and what is expected; never quotes a key or a URL. */
export const checkOptions = (options: GatewayOptions): void => {
  requireObject('options', options);
  requireKnown('', options, GATEWAY_OPTIONS);
  requireCount('timeoutMs', options.timeoutMs);
  requireCount('maxPending', options.maxPending);
  requireType('audience', options.audience, ['string', 'function']);
  requireType('onEvent', options.onEvent, ['function']);
  const { redeem } = options;
  requireObject('redeem', redeem, '{ url, key } or { redis }');
  if ('redis' in redeem) checkRedis(redeem);
  else checkHttp(redeem);
};

/** The same for the options of `protect`. */
export const checkProtectOptions = (options: ProtectOptions): void => {
  requireObject('options', options);
  requireKnown('', options, PROTECT_OPTIONS);
  requireCount('upgradeTimeoutMs', options.upgradeTimeoutMs);
  if (options.heartbeatMs !== 0) requireCount('heartbeatMs', options.heartbeatMs);
  requireType('closeAtSessionEnd', options.closeAtSessionEnd, ['boolean']);
  const { path = '/', refuse = 'http' } = options;
  if (typeof path !== 'string' || !/^\/[^?#]*$/.test(path)) throw optionError('path', 'a path like /socket');
  if (!['http', 'close'].includes(refuse)) throw optionError('refuse', '"http" or "close"');
};

/** The same for the options of `redeem`. A forgotten origin would let any page use a stolen ticket. */
export const checkRedeemOptions = (options: RedeemOptions): void => {
  requireObject('options', options);
  requireKnown('', options, ['origin', 'audience', 'path', 'traceId']);
  if (options.origin !== null && typeof options.origin !== 'string')
    throw optionError('origin', 'the Origin of the connection, or null where it had none');
  for (const name of ['audience', 'path', 'traceId'] as const) requireType(name, options[name], ['string']);
  if (!/^[\w.-]{1,128}$/.test(options.traceId ?? 'new')) throw optionError('traceId', '1 to 128 of A-Z a-z 0-9 . _ -');
};

/** The same for the arguments of `closeSession`, before any socket is closed. */
export const checkClose = (session: SessionSelector, code: number, reason: string): void => {
  requireObject('session', session, 'an object with the subject');
  requireKnown('', session, ['issuer', 'subject', 'sessionId']);
  if (typeof session.subject !== 'string') throw optionError('subject', 'a string');
  requireType('issuer', session.issuer, ['string']);
  requireType('sessionId', session.sessionId, ['string']);
  if (!isCloseCode(code))
    throw optionError('code', 'a close code that a server may send, such as 1000 or 4000 to 4999');
  if (typeof reason !== 'string' || Buffer.byteLength(reason) > MAX_REASON_BYTES)
    throw optionError('reason', `a string of up to ${MAX_REASON_BYTES} bytes`);
};

/** Throws a `TypeError` where a socket has no admission, as after `admissionOf` of a request that was not admitted. */
export const checkAdmission = (admission: Admission): void => {
  const keys: unknown = Reflect.get(Object(admission), 'revocationKeys');
  if (!Array.isArray(keys)) throw optionError('admission', 'the admission of the handshake');
};

// RFC 6455, section 7.4; 1004 to 1006 are never sent.
const isCloseCode = (code: number): boolean =>
  Number.isInteger(code) &&
  ((code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999));

const checkRedis = (redeem: { readonly redis: RedisOptions }): void => {
  requireKnown('redeem.', redeem, ['redis']);
  requireObject('redeem.redis', redeem.redis);
  requireKnown('redeem.redis.', redeem.redis, Object.keys(redisVariables));
  if (typeof redeem.redis.url !== 'string') throw optionError('redeem.redis.url', 'a URL like redis://redis:6379');
};

const checkHttp = (redeem: HttpRedeemOptions): void => {
  requireKnown('redeem.', redeem, ['url', 'key', 'agent']);
  const { url, key, agent } = redeem;
  if (!isBaseUrl(url))
    throw optionError('redeem.url', 'the http or https URL of the internal listener, without a query');
  if (typeof key !== 'string') throw optionError('redeem.key', 'one of the GATEWAY_KEYS of ticketd');
  if (agent !== undefined && !connectsTo(agent, new URL(url)))
    throw optionError('redeem.agent', 'an Agent of node:https for an https URL, one of node:http for an http URL');
  try {
    gatewayKey(key);
  } catch (error) {
    throw optionError(
      'redeem.key',
      error instanceof InvalidValueError ? 'one key of 32 to 512 visible ASCII characters' : 'a key',
    );
  }
};

const isBaseUrl = (url: unknown): boolean => {
  if (!URL.canParse(String(url))) return false;
  const { protocol, username, password, search, hash } = new URL(String(url));
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
};

/** Whether an agent has the protocol of a URL; agents of other packages may decide for each request. */
const connectsTo = (agent: object, { protocol }: URL): boolean => {
  requireObject('redeem.agent', agent);
  return !Object.hasOwn(agent, 'protocol') || Reflect.get(agent, 'protocol') === protocol;
};

const requireCount = (name: string, value = 1): void => {
  if (!Number.isInteger(value) || value < 1) throw optionError(name, 'a whole number above 0');
  if (value > LONGEST_TIMEOUT_MS) throw optionError(name, `a whole number up to ${LONGEST_TIMEOUT_MS}`);
};

const requireType = (name: string, value: unknown, types: readonly string[]): void => {
  if (value !== undefined && !types.includes(typeof value)) throw optionError(name, `a ${types.join(' or a ')}`);
};

const requireObject = (name: string, value: unknown, expected = 'an object'): void => {
  if (typeof value !== 'object' || value === null) throw optionError(name, expected);
};

const requireKnown = (prefix: string, options: object, known: readonly string[]): void => {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new TypeError(`${prefix}${unknown}: there is no such option`);
};

const optionError = (name: string, expected: string): TypeError => new TypeError(`${name}: expected ${expected}`);
