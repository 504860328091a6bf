import { describeError } from '../log/describe-error.ts';
import { REVOCATIONS_PATH } from '../protocol/paths.ts';
import { scrub } from '../protocol/redact.ts';
import { pause } from '../time/clock.ts';
import { endpointUrl } from './endpoint-url.ts';
import { createBlockHandler } from './feed-entries.ts';
import { NoFeedError } from './feed-response.ts';
import type { HttpRedeemOptions } from './options.ts';
import { readFeed } from './read-feed.ts';
import type { RevocationReceiver, RevocationSource } from './revocation-source.ts';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 2000;
// After a connection that lasted so long the next attempt follows soon.
const STABLE_MS = 2000;

/** The feed of a ticketd, read over HTTP. `random` returns a number from 0 to 1. */
export const revocationsOverHttp = (
  { url: base, key, agent }: HttpRedeemOptions,
  random: () => number = Math.random,
): RevocationSource => {
  const url = endpointUrl(base, REVOCATIONS_PATH);

  const readOnce = (receiver: RevocationReceiver, signal: AbortSignal): Promise<unknown> => {
    const from = receiver.resumeFrom();
    return readFeed({ url, key, agent, from, onBlock: createBlockHandler(receiver, from) }, signal);
  };

  const readUntilAborted = async (receiver: RevocationReceiver, signal: AbortSignal): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      const startedAt = performance.now();
      const reason = await readOnce(receiver, signal);
      if (signal.aborted) return;
      receiver.onLost(scrub(`ticketd at ${url.origin}: ${describeError(reason).error}`));
      failures = performance.now() - startedAt >= STABLE_MS ? 0 : failures + 1;
      await pause(retryDelay(reason, failures, random()), signal, { keepsAlive: false });
    }
  };

  return {
    follow: (receiver) => {
      const controller = new AbortController();
      readUntilAborted(receiver, controller.signal);
      return () => controller.abort();
    },
  };
};

// Jitter, since a ticketd that stops ends the feeds of all gateways at the same moment.
const retryDelay = (reason: unknown, failures: number, jitter: number): number => {
  const waitMs = reason instanceof NoFeedError ? reason.waitMs : 0;
  // A Retry-After spaces the attempts enough: no socket of a revoked session stays open longer after an outage.
  const doublings = waitMs > 0 ? 2 : failures + 1;
  const longest = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** doublings);
  return waitMs + FIRST_RETRY_MS + jitter * (longest - FIRST_RETRY_MS);
};
