import type { IncomingMessage } from 'node:http';
import { type Admission, createAuthentication } from './authenticate.ts';
import { checkOptions } from './check-options.ts';
import {
  type AcceptUpgrade,
  type DoorwayOptions,
  doorwayTo,
  type ServerSocket,
  type WebSocketServerLike,
} from './doorway.ts';
import { printErrors, safely, type Tell } from './events.ts';
import type { GatewayOptions } from './options.ts';
import { protectServer, type UpgradeServer } from './protect.ts';
import { redeemFromRedis } from './redeem-from-redis.ts';
import { redeemOverHttp } from './redeem-over-http.ts';
import type { Redeemer } from './redeemer.ts';

export { answerRefusal } from './answer-refusal.ts';
export type { GatewayEvent } from './events.ts';
export { type RefusalCode, UpgradeRefused } from './refused.ts';
export { closeAtSessionEnd } from './session-end.ts';
export type { AcceptUpgrade, Admission, DoorwayOptions, GatewayOptions, UpgradeServer, WebSocketServerLike };

export interface ProtectOptions extends DoorwayOptions {
  /** The only path whose upgrades are taken, others being left to other listeners; all unless given. */
  readonly path?: string;
}

/** What stands before a WebSocket server and lets in those that bring a ticket. */
export interface Gateway {
  /**
   * Resolves once tickets can be redeemed, and rejects with what is in the way: the key, the address, Redis. Needed
   * for `redeem: { redis }`, which connects here and goes on trying after it has rejected; a good check for `{ url, key }`.
   */
  start(): Promise<void>;
  /** Whether a redeem can be tried right now: whether Redis takes writes; always, where ticketd is asked. */
  isReady(): boolean;
  /**
   * Redeems the ticket of an upgrade request and takes it out of the request's target and headers. Resolves once for
   * each ticket; rejects with `UpgradeRefused`, of status 401, 403 or 503, and nothing else.
   */
  authenticateUpgrade(request: IncomingMessage): Promise<Admission>;
  /** Who a request was admitted as, for frameworks that pass on no more than the request. */
  admissionOf(request: IncomingMessage): Admission | undefined;
  /**
   * Sees to every `upgrade` of a server: admits to `target`, a `WebSocketServer` with `noServer: true` whose `connection`
   * listeners get the admission as their third argument, or a function; refuses all others. Returns what ends that.
   */
  protect<S extends ServerSocket>(
    server: UpgradeServer,
    target: WebSocketServerLike<S> | AcceptUpgrade,
    options?: ProtectOptions,
  ): () => void;
  /** Stops listening for upgrades, waits for redeems under way, and lets go of connections. Open WebSockets stay. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 2000;
const MAX_PENDING = 1000;

/** Makes a gateway; throws a `TypeError` where an option is wrong. */
export const createGateway = (options: GatewayOptions): Gateway => {
  checkOptions(options);
  const tell = safely(options.onEvent ?? printErrors);
  const redeemer = redeemerFor(options, tell);
  const { audience, maxPending = MAX_PENDING } = options;
  const authenticate = createAuthentication({ redeemer, audience, maxPending, tell });
  const admissions = new WeakMap<IncomingMessage, Admission>();
  const underWay = new Set<Promise<unknown>>();
  const protections = new Set<() => void>();

  const authenticateUpgrade = async (request: IncomingMessage): Promise<Admission> => {
    const work = authenticate(request);
    underWay.add(work);
    try {
      const admission = await work;
      admissions.set(request, admission);
      return admission;
    } finally {
      underWay.delete(work);
    }
  };

  return {
    start: redeemer.start,
    isReady: redeemer.isReady,
    authenticateUpgrade,
    admissionOf: (request) => admissions.get(request),
    protect: (server, target, { path, ...how } = {}) => {
      const doorway = doorwayTo(target, how, tell);
      const unprotect = protectServer(server, { authenticate: authenticateUpgrade, doorway, path, tell });
      protections.add(unprotect);
      return unprotect;
    },
    close: async () => {
      for (const unprotect of protections) unprotect();
      await Promise.allSettled(underWay);
      await redeemer.close();
    },
  };
};

const redeemerFor = ({ redeem, timeoutMs = TIMEOUT_MS }: GatewayOptions, tell: Tell): Redeemer =>
  'redis' in redeem ? redeemFromRedis(redeem.redis, timeoutMs, tell) : redeemOverHttp(redeem, timeoutMs);
