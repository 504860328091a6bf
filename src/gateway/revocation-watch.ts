import { REVOKED, TRY_AGAIN_LATER } from '../protocol/close-codes.ts';
import type { Admission } from './admission.ts';
import type { EventListener } from './events.ts';
import type { OpenSocket, OpenSockets } from './open-sockets.ts';
import { createRecentRevocations } from './recent-revocations.ts';
import { createRevocationOutage } from './revocation-outage.ts';
import { type RevocationReceiver, type RevocationSource, writtenAt } from './revocation-source.ts';
import type { ClosableSocket } from './session-end.ts';

/** Closes the sockets whose session is revoked. */
export interface RevocationWatch {
  /** Follows the source from the first call on. */
  start(): void;
  /** The position of the last revocation read so far. */
  position(): string | undefined;
  /** Registers a socket, and closes it where its session was revoked meanwhile. Returns what unregisters it. */
  register(socket: ClosableSocket, admission: Admission): () => void;
  /** Ends the feed. Open sockets stay open. */
  close(): void;
}

export interface RevocationWatchOptions {
  readonly source: RevocationSource;
  readonly sockets: OpenSockets;
  readonly report: EventListener;
  /** Returns a number from 0 to 1. */
  readonly random?: () => number;
}

export const REVOKED_REASON = 'session revoked';
const MAYBE_REVOKED = 'revocations may be lost';
// All clients of a gateway at the same moment would be a flood of handshakes.
const SPREAD_MS = 60_000;

export const createRevocationWatch = (options: RevocationWatchOptions): RevocationWatch => {
  const { source, sockets, report, random = Math.random } = options;
  const recent = createRecentRevocations();
  const outage = createRevocationOutage(report);
  const closingLater = new WeakSet<OpenSocket>();
  let last: string | undefined;
  let stop: (() => void) | undefined;
  let isClosed = false;

  const revoke = (entry: OpenSocket, position: string): void => {
    if (entry.close(REVOKED, REVOKED_REASON)) report(socketRevoked(entry.admission, position));
  };

  // ticketd gives no position while it cannot read revocations: nothing says which entries the socket missed.
  const mayBeRevoked = (entry: OpenSocket): boolean =>
    hasKeys(entry) && !recent.isCompleteAfter(entry.admission.revocationPosition ?? '');

  const closeForRetry = (entries: readonly OpenSocket[]): void => {
    for (const entry of entries) entry.close(TRY_AGAIN_LATER, MAYBE_REVOKED);
    if (entries.length > 0) report({ event: 'revocations_reset', level: 'warn', sockets: entries.length });
  };

  const closeForRetryLater = (entry: OpenSocket): void => {
    closingLater.add(entry);
    const close = () => {
      if (!isClosed) entry.close(TRY_AGAIN_LATER, MAYBE_REVOKED);
    };
    setTimeout(close, random() * SPREAD_MS).unref();
  };

  const receiver: RevocationReceiver = {
    resumeFrom: () => last ?? lowestPosition(sockets.all()),
    onConnected: (position) => {
      outage.end();
      if (last !== undefined) return;
      last = position;
      recent.startAt(position);
      closeForRetry(sockets.all().filter(mayBeRevoked));
    },
    onRevoked: (revocation) => {
      const { key, position } = revocation;
      last = position;
      recent.add(revocation);
      for (const entry of sockets.withKey(key))
        if (position > (entry.admission.revocationPosition ?? '')) revoke(entry, position);
    },
    onReset: (position) => {
      outage.end();
      last = position;
      recent.startAt(position);
      const entries = sockets.all().filter((entry) => hasKeys(entry) && !closingLater.has(entry));
      for (const entry of entries) closeForRetryLater(entry);
      report({ event: 'revocations_reset', level: 'warn', sockets: entries.length });
    },
    onMalformed: (error) => report({ event: 'revocation_malformed', level: 'error', error }),
    onLost: (error) => outage.begin(error),
  };

  return {
    start: () => {
      if (stop !== undefined || isClosed) return;
      outage.begin('there is no connection yet');
      stop = source.follow(receiver);
    },
    position: () => last,
    register: (socket, admission) => {
      const entry = sockets.register(socket, admission);
      const { revocationKeys, revocationPosition = '' } = admission;
      const later = recent.latestAfter(revocationPosition, revocationKeys);
      if (later !== undefined) revoke(entry, later);
      // A socket without a position stays open: entries since the last position are read later, and close it then.
      else if (revocationPosition !== '' && mayBeRevoked(entry)) closeForRetry([entry]);
      return () => void entry.unregister();
    },
    close: () => {
      isClosed = true;
      stop?.();
      outage.stop();
    },
  };
};

// Only ticketd before revocations gives no keys: then no entry concerns the socket.
const hasKeys = ({ admission }: OpenSocket): boolean => admission.revocationKeys.length > 0;

const lowestPosition = (sockets: readonly OpenSocket[]): string | undefined =>
  sockets.flatMap(({ admission }) => admission.revocationPosition ?? []).sort()[0];

const socketRevoked = ({ traceId, subject, sessionId }: Admission, position: string) =>
  ({
    event: 'socket_revoked',
    level: 'info',
    traceId,
    subject,
    sessionId,
    delayMs: Math.max(0, Math.round(Date.now() - writtenAt(position))),
  }) as const;
