import type { Position } from '../protocol/revocation-entry.ts';
import { type FollowEnd, followRevocations } from '../tickets/follow-revocations.ts';
import type { RevocationLog } from '../tickets/revocation-log.ts';
import { pause } from '../time/clock.ts';
import type { RevocationReceiver, RevocationSource } from './revocation-source.ts';

const RETRY_MS = 200;

/** The revocations in Redis itself; `log` returns `undefined` until the gateway has started. */
export const revocationsFromRedis = (log: () => RevocationLog | undefined): RevocationSource => ({
  follow: (receiver) => {
    const controller = new AbortController();
    void followUntilAborted(log, receiver, controller.signal);
    return () => controller.abort();
  },
});

const followUntilAborted = async (
  log: () => RevocationLog | undefined,
  receiver: RevocationReceiver,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    const opened = log();
    const end = opened?.recentPosition();
    if (opened !== undefined && end !== undefined) {
      const reason = await followOnce(opened, end, receiver, signal);
      if (!signal.aborted) receiver.onLost(`revocations in Redis cannot be read: ${reason}`);
    }
    await pause(RETRY_MS, signal, { keepsAlive: false });
  }
};

/** Resolves with the reason when nothing follows. */
const followOnce = (
  log: RevocationLog,
  end: Position,
  receiver: RevocationReceiver,
  signal: AbortSignal,
): Promise<string> =>
  new Promise((resolve) => {
    const finish = (reason: string) => {
      signal.removeEventListener('abort', abort);
      resolve(reason);
    };
    const stop = followRevocations(
      { log, after: receiver.resumeFrom(), end },
      {
        onStart: receiver.onConnected,
        onEntries: (entries) => {
          for (const entry of entries) receiver.onRevoked(entry);
        },
        onReset: receiver.onReset,
        onEnd: (reason) => finish(REASONS[reason]),
      },
    );
    const abort = () => {
      stop();
      finish('the gateway was closed');
    };
    signal.addEventListener('abort', abort, { once: true });
  });

const REASONS: Readonly<Record<FollowEnd, string>> = {
  delayed: 'no reply for 10 s',
  failed: 'Redis refused the command, or the connection broke',
  slow: 'older ones are read too slowly',
};
