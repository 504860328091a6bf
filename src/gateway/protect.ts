import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { describeError, stackOf } from '../log/describe-error.ts';
import { scrub } from '../protocol/redact.ts';
import type { Verdict } from './admission.ts';
import type { Authentication } from './authentication.ts';
import type { EventListener, GatewayEvent } from './events.ts';
import { answerRefusal } from './http-response.ts';
import { UpgradeRefused } from './refusal.ts';
import type { UpgradeHandler } from './upgrade-handler.ts';
import {
  addUpgradeRoute,
  startTakeTimeout,
  type UpgradeListener,
  type UpgradeServer,
  watchTaken,
} from './upgrade-routes.ts';

export interface ProtectionOptions {
  readonly authenticate: Authentication['ofRequest'];
  readonly handler: UpgradeHandler;
  /** The only path whose upgrades are handled; all by default. */
  readonly path: string | undefined;
  /** How long the handler may need to take the connection, in milliseconds. */
  readonly timeoutMs: number;
  readonly report: EventListener;
}

/** Accepts the upgrades of admitted clients and refuses all others; returns what ends the protection. */
export const protectServer = (server: UpgradeServer, options: ProtectionOptions): (() => void) => {
  const { path, timeoutMs } = options;
  const handle: UpgradeListener = (request, socket, head) => {
    handleUpgrade({ request, socket, head }, options).catch(() => socket.destroy());
  };
  return addUpgradeRoute(server, { path, timeoutMs, handle });
};

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

const handleUpgrade = async (upgrade: Upgrade, options: ProtectionOptions): Promise<void> => {
  const { socket } = upgrade;
  const { handler, timeoutMs, report } = options;
  const isTaken = watchTaken(socket);
  const verdict = await options.authenticate(upgrade.request);
  const refusal = refusalAfter(verdict);
  const reportFailure = (cause: unknown) => report(upgradeFailed(refusal, cause));
  const fail = (cause: unknown): void => {
    reportFailure(cause);
    if (isTaken()) socket.destroy();
    else answerRefusal(socket, refusal);
  };

  if (!socket.writable) return report({ event: 'client_left', level: 'info', traceId: refusal.traceId });
  if (isTaken()) return reportFailure(new Error('another upgrade listener of the server took the connection'));
  startTakeTimeout(socket, isTaken, timeoutMs, () =>
    fail(new Error(`nothing took the connection within ${timeoutMs} ms`)),
  );
  await acceptOrRefuse(upgrade, verdict, handler, refusal).catch(fail);
};

/** Only an explicit admission opens a socket: every other verdict is a refusal. */
const acceptOrRefuse = async (
  { request, socket, head }: Upgrade,
  verdict: Verdict,
  handler: UpgradeHandler,
  refusal: UpgradeRefused,
): Promise<void> => {
  if (verdict.outcome === 'admitted') await handler.accept(request, socket, head, verdict.admission);
  else await handler.refuse(request, socket, head, refusal);
};

/** How a client is refused where the handler fails: the ticket of an admitted client is spent. */
const refusalAfter = (verdict: Verdict): UpgradeRefused =>
  verdict.outcome === 'admitted'
    ? new UpgradeRefused('WS_TICKET_OUTCOME_UNKNOWN', { traceId: verdict.admission.traceId })
    : verdict.refusal;

const upgradeFailed = ({ traceId, errorCode }: UpgradeRefused, cause: unknown): GatewayEvent => {
  const stack = stackOf(cause);
  return {
    event: 'upgrade_failed',
    level: 'error',
    traceId,
    errorCode,
    error: scrub(describeError(cause).error),
    stack: stack === undefined ? undefined : scrub(stack),
  };
};
