import type { IncomingMessage } from 'node:http';
import { createAuthentication } from './authenticate.ts';
import { checkOptions, checkProtectOptions } from './check-options.ts';
import { type EventListener, printErrors, safely } from './events.ts';
import type { GatewayOptions, ProtectOptions } from './options.ts';
import { protectServer } from './protect.ts';
import { redeemFromRedis } from './redeem-from-redis.ts';
import { redeemOverHttp } from './redeem-over-http.ts';
import type { Redeemer } from './redeemer.ts';
import {
  type AcceptUpgrade,
  type DoorwayOptions,
  type ServerSocket,
  upgradeHandlerFor,
  type WebSocketServerLike,
} from './upgrade-handler.ts';
import type { UpgradeServer } from './upgrade-routes.ts';
import type { Admission, Verdict } from './verdict.ts';

export { answerRefusal } from './answer-refusal.ts';
export type { GatewayEvent } from './events.ts';
export { type RefusalCode, UpgradeRefused } from './refused.ts';
export { closeAtSessionEnd } from './session-end.ts';
export type {
  AcceptUpgrade,
  Admission,
  DoorwayOptions,
  GatewayOptions,
  ProtectOptions,
  UpgradeServer,
  WebSocketServerLike,
};

/** Guards WebSocket servers: admits a client by its ticket. */
export interface Gateway {
  /**
   * Resolves once tickets can be redeemed, and rejects with the reason why not: the key, the address, Redis. Needed
   * for `redeem: { redis }`, which connects here and retries after it has rejected; a good check for `{ url, key }`.
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
   * Handles the upgrades of a server: admits to `target`, a `WebSocketServer` with `noServer: true` whose `connection`
   * listeners get the admission as their third argument, or a function; refuses all others. Closes an upgrade that
   * neither this nor any other listener takes in time. Returns what ends that.
   */
  protect<S extends ServerSocket>(
    server: UpgradeServer,
    target: WebSocketServerLike<S> | AcceptUpgrade,
    options?: ProtectOptions,
  ): () => void;
  /** Stops listening for upgrades, waits for redeems under way, then disconnects. Open WebSockets stay. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 2000;
const MAX_PENDING = 1000;
const UPGRADE_TIMEOUT_MS = 10_000;

/** Makes a gateway; throws a `TypeError` where an option is wrong. */
export const createGateway = (options: GatewayOptions): Gateway => {
  checkOptions(options);
  const report = safely(options.onEvent ?? printErrors);
  const redeemer = redeemerFor(options, report);
  const { audience, maxPending = MAX_PENDING } = options;
  const authentication = createAuthentication({ redeemer, audience, maxPending, report });
  const admissions = new WeakMap<IncomingMessage, Admission>();
  const underWay = new Set<Promise<Verdict>>();
  const protections = new Set<() => void>();

  const authenticate = async (request: IncomingMessage): Promise<Verdict> => {
    const work = authentication(request);
    underWay.add(work);
    const verdict = await work;
    underWay.delete(work);
    if (verdict.outcome === 'admitted') admissions.set(request, verdict.admission);
    return verdict;
  };

  return {
    start: redeemer.start,
    isReady: redeemer.isReady,
    authenticateUpgrade: async (request) => {
      const verdict = await authenticate(request);
      if (verdict.outcome === 'admitted') return verdict.admission;
      throw verdict.refusal;
    },
    admissionOf: (request) => admissions.get(request),
    protect: (server, target, how = {}) => {
      checkProtectOptions(how);
      const { path, upgradeTimeoutMs: timeoutMs = UPGRADE_TIMEOUT_MS, ...rest } = how;
      const handler = upgradeHandlerFor(target, rest, report);
      const stopProtecting = protectServer(server, { authenticate, handler, path, timeoutMs, report });
      const unprotect = () => {
        protections.delete(unprotect);
        stopProtecting();
      };
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

const redeemerFor = ({ redeem, timeoutMs = TIMEOUT_MS }: GatewayOptions, report: EventListener): Redeemer =>
  'redis' in redeem ? redeemFromRedis(redeem.redis, timeoutMs, report) : redeemOverHttp(redeem, timeoutMs);
