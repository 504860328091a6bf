import type { IncomingMessage } from 'node:http';
import { REVOKED } from '../protocol/close-codes.ts';
import { newTraceId } from '../protocol/trace-id.ts';
import type { Admission, Verdict } from './admission.ts';
import { createAuthentication } from './authentication.ts';
import { type EventListener, isolated, printErrors } from './events.ts';
import type { GatewayRequest } from './handshake.ts';
import { isSelected, listSessions, type OpenSession, type SessionSelector } from './open-sessions.ts';
import { createOpenSockets } from './open-sockets.ts';
import {
  checkAdmission,
  checkClose,
  checkOptions,
  checkProtectOptions,
  checkRedeemOptions,
  type GatewayOptions,
  type ProtectOptions,
  type RedeemOptions,
} from './options.ts';
import { protectServer } from './protect.ts';
import { redeemFromRedis } from './redeem-from-redis.ts';
import { redeemOverHttp } from './redeem-over-http.ts';
import type { Redeemer } from './redeemer.ts';
import { createRevocationWatch, REVOKED_REASON } from './revocation-watch.ts';
import type { ClosableSocket } from './session-end.ts';
import {
  type AcceptUpgrade,
  type ServerSocket,
  upgradeHandlerFor,
  type WebSocketServerLike,
} from './upgrade-handler.ts';
import type { UpgradeServer } from './upgrade-routes.ts';

export type { GatewayEvent } from './events.ts';
export { answerRefusal } from './http-response.ts';
export { type RefusalCode, UpgradeRefused } from './refusal.ts';
export { closeAtSessionEnd } from './session-end.ts';
export type {
  AcceptUpgrade,
  Admission,
  ClosableSocket,
  GatewayOptions,
  GatewayRequest,
  OpenSession,
  ProtectOptions,
  RedeemOptions,
  SessionSelector,
  UpgradeServer,
  WebSocketServerLike,
};

/** Guards WebSocket servers: admits a client by its ticket, and closes its socket when its session is revoked. */
export interface Gateway {
  /**
   * Resolves once tickets can be redeemed, and rejects with the reason why not: the key, the address, Redis. Required
   * with `redeem: { redis }`, which connects here and keeps retrying after a rejection; a good check of `{ url, key }`.
   */
  start(): Promise<void>;
  /** Whether a redeem can be tried right now: whether Redis takes writes; always `true` over HTTP. */
  isReady(): boolean;
  /**
   * Redeems the ticket of an upgrade request and strips it from the request's target and headers. Resolves once for
   * each ticket; rejects with `UpgradeRefused`, of status 401, 403 or 503, and nothing else.
   */
  authenticateUpgrade(request: IncomingMessage): Promise<Admission>;
  /**
   * The same for any request, of Node.js or of the Fetch standard, WebSocket handshakes included: an EventSource, a
   * download, an image. The ticket of a Fetch request stays in its URL, since that cannot be changed.
   */
  authenticateRequest(request: GatewayRequest): Promise<Admission>;
  /**
   * Redeems a ticket that did not come in a request: in the `auth` of Socket.IO, in the `connectionParams` of graphql-ws, in
   * a first message. Resolves and rejects as `authenticateUpgrade`; rejects with a `TypeError` without an origin.
   */
  redeem(ticket: unknown, presented: RedeemOptions): Promise<Admission>;
  /** The admission of a request, for frameworks that pass on the request only. */
  admissionOf(request: GatewayRequest): Admission | undefined;
  /**
   * Handles the upgrades of a server. Passes admitted clients to `target`: a `WebSocketServer` with `noServer: true`,
   * whose `connection` listeners get the admission as their third argument, or a function. Refuses all others. Closes
   * an upgrade that no listener takes in time. Returns a function that ends the protection.
   */
  protect<S extends ServerSocket>(
    server: UpgradeServer,
    target: WebSocketServerLike<S> | AcceptUpgrade,
    options?: ProtectOptions,
  ): () => void;
  /**
   * Closes an open WebSocket with 4001 when its session is revoked, and lists it in `sessions()`, until it closes.
   * `protect` with a WebSocket server does this by itself. The second call for a WebSocket replaces its admission, for
   * example after a new login. Returns a function that ends it.
   */
  track(webSocket: ClosableSocket, admission: Admission): () => void;
  /** Who has tracked sockets open, one entry for each subject. */
  sessions(): readonly OpenSession[];
  /**
   * Closes the tracked sockets of a subject or of one of its sessions, by default with 4001 `session revoked`, and
   * returns how many. Does not revoke the session: the client can come back with a new ticket.
   */
  closeSession(session: SessionSelector, code?: number, reason?: string): number;
  /**
   * Ends all protections, waits for redeems in flight, then disconnects. Open WebSockets stay open, and no revocation
   * closes them any more.
   */
  close(): Promise<void>;
}

const TIMEOUT_MS = 2000;
const MAX_PENDING = 1000;
const UPGRADE_TIMEOUT_MS = 10_000;

/** Makes a gateway; throws a `TypeError` where an option is wrong. */
export const createGateway = (options: GatewayOptions): Gateway => {
  checkOptions(options);
  const report = isolated(options.onEvent ?? printErrors);
  const redeemer = redeemerFor(options, report);
  const { audience, maxPending = MAX_PENDING } = options;
  // A function needs a request.
  const ownAudience = typeof audience === 'string' ? audience : undefined;
  const authentication = createAuthentication({ redeemer, audience, maxPending, report });
  const admissions = new WeakMap<GatewayRequest, Admission>();
  const inFlight = new Set<Promise<Verdict>>();
  const protections = new Set<() => void>();
  const sockets = createOpenSockets();
  const revocations = createRevocationWatch({ source: redeemer.revocations, sockets, report });

  const watched = async (decide: () => Promise<Verdict>): Promise<Verdict> => {
    const position = revocations.position();
    const pending = decide().then((verdict) => withPosition(verdict, position));
    inFlight.add(pending);
    const verdict = await pending;
    inFlight.delete(pending);
    return verdict;
  };

  const authenticate = async (request: GatewayRequest): Promise<Verdict> => {
    const verdict = await watched(() => authentication.ofRequest(request));
    if (verdict.outcome === 'admitted') admissions.set(request, verdict.admission);
    return verdict;
  };

  return {
    start: () => {
      revocations.start();
      return redeemer.start();
    },
    isReady: redeemer.isReady,
    authenticateUpgrade: async (request) => admissionIn(await authenticate(request)),
    authenticateRequest: async (request) => admissionIn(await authenticate(request)),
    redeem: async (ticket, presented) => {
      checkRedeemOptions(presented);
      const { origin, path, traceId = newTraceId(), audience: expected = ownAudience } = presented;
      const presentedBy = { origin: origin ?? undefined, audience: expected, path, traceId };
      return admissionIn(await watched(() => authentication.ofTicket(ticket, presentedBy)));
    },
    admissionOf: (request) => admissions.get(request),
    protect: (server, target, protectOptions = {}) => {
      checkProtectOptions(protectOptions);
      const { path, upgradeTimeoutMs: timeoutMs = UPGRADE_TIMEOUT_MS, ...rest } = protectOptions;
      const handler = upgradeHandlerFor(target, rest, { report, track: revocations.register });
      const stopProtecting = protectServer(server, { authenticate, handler, path, timeoutMs, report });
      const unprotect = () => {
        protections.delete(unprotect);
        stopProtecting();
      };
      protections.add(unprotect);
      revocations.start();
      return unprotect;
    },
    track: (webSocket, admission) => {
      checkAdmission(admission);
      revocations.start();
      return revocations.register(webSocket, admission);
    },
    sessions: () => listSessions(sockets.all()),
    closeSession: (session, code = REVOKED, reason = REVOKED_REASON) => {
      checkClose(session, code, reason);
      const selected = sockets.all().filter(({ admission }) => isSelected(admission, session));
      for (const socket of selected) socket.close(code, reason);
      return selected.length;
    },
    close: async () => {
      for (const unprotect of protections) unprotect();
      await Promise.allSettled(inFlight);
      revocations.close();
      await redeemer.close();
    },
  };
};

const admissionIn = (verdict: Verdict): Admission => {
  if (verdict.outcome === 'admitted') return verdict.admission;
  throw verdict.refusal;
};

const redeemerFor = ({ redeem, timeoutMs = TIMEOUT_MS }: GatewayOptions, report: EventListener): Redeemer =>
  'redis' in redeem ? redeemFromRedis(redeem.redis, timeoutMs, report) : redeemOverHttp(redeem, timeoutMs);

/** Where ticketd gives no position: the redeem considered all that the gateway had read before it. */
const withPosition = (verdict: Verdict, position: string | undefined): Verdict => {
  if (verdict.outcome !== 'admitted') return verdict;
  const { revocationPosition = position } = verdict.admission;
  return { ...verdict, admission: { ...verdict.admission, revocationPosition } };
};
