import type { Agent, IncomingMessage } from 'node:http';
import type { GatewayEvent } from './events.ts';
import type { DoorwayOptions } from './upgrade-handler.ts';

/** Which ticketd is asked. */
export interface HttpRedeemOptions {
  /** Where the internal listener of ticketd is: `http://ticketd:3001`. */
  readonly url: string | URL;
  /** One of its `GATEWAY_KEYS`. */
  readonly key: string;
  /** Makes the connections, in place of an agent of the gateway's own: for a private authority, or client certificates. */
  readonly agent?: Agent;
}

/** How Redis is reached: each option is the variable of ticketd that is named behind it, with its rules and its default. */
export interface RedisOptions {
  /** `REDIS_URL`, the same as that of ticketd; never `memory://`. */
  readonly url: string;
  /** `REDIS_KEY_PREFIX` */
  readonly keyPrefix?: string | undefined;
  /** `REDIS_SENTINEL_MASTER` */
  readonly sentinelMaster?: string | undefined;
  /** `REDIS_SENTINEL_PASSWORD` */
  readonly sentinelPassword?: string | undefined;
  /** `REDIS_CLUSTER` */
  readonly cluster?: boolean | undefined;
  /** `REDIS_TLS_CA_FILE` */
  readonly tlsCaFile?: string | undefined;
  /** `REDIS_TLS_SERVERNAME` */
  readonly tlsServername?: string | undefined;
  /** `REDIS_STARTUP_TIMEOUT_MS`: how long `start()` waits. */
  readonly startupTimeoutMs?: number | undefined;
  /** `REDIS_CONNECT_TIMEOUT_MS` */
  readonly connectTimeoutMs?: number | undefined;
  /** `REDIS_COMMAND_TIMEOUT_MS` */
  readonly commandTimeoutMs?: number | undefined;
}

/** How one server is protected. */
export interface ProtectOptions extends DoorwayOptions {
  /** The only path whose upgrades are handled, others being left to other listeners; all by default. */
  readonly path?: string;
  /**
   * How long the application may need to take the connection of an admitted client, and another listener of the server
   * that of an upgrade to another path, in milliseconds; 10,000 by default. Then the gateway answers and closes it.
   */
  readonly upgradeTimeoutMs?: number;
}

/** What a gateway is made with. */
export interface GatewayOptions {
  /** How tickets are redeemed: by asking a ticketd, or straight from its Redis. */
  readonly redeem: HttpRedeemOptions | { readonly redis: RedisOptions };
  /** Which audience this gateway is, or each handshake is for; a ticket for another is refused. */
  readonly audience?: string | ((request: IncomingMessage) => string | undefined);
  /** Time limit of one redeem in milliseconds; 2,000 by default. */
  readonly timeoutMs?: number;
  /** How many redeems may be under way at once; those beyond are answered 503. 1,000 by default. */
  readonly maxPending?: number;
  /** Hears of everything that happens, and may be async; by default errors are printed to standard error. */
  readonly onEvent?: (event: GatewayEvent) => unknown;
}
