import { AsyncLocalStorage } from 'node:async_hooks';
import { createPost } from '../pooled-post.ts';

/** One request for a ticket; instants in milliseconds of the wall clock, so that two processes can compare theirs. */
export interface RecordedRequest {
  readonly client: number;
  /** When the timer ended that it was sent by: what a machine of the client's own would send it at. */
  readonly dueAt: number;
  readonly sentAt: number;
  /** When it was answered, or its client stopped waiting. */
  endedAt?: number;
  status?: number;
  /** Seconds, as the header has them. */
  retryAfter?: number;
}

export type FetchFor = (client: number) => typeof fetch;

export const now = (): number => performance.timeOrigin + performance.now();

const timerDueAt = new AsyncLocalStorage<number>();

/** From now on all timers note down when they were due: two thousand clients in one process are late at times. */
export const watchTimers = (): void => {
  const { setTimeout } = globalThis;
  const watched = (ended: () => void, ms = 0) => {
    const dueAt = now() + ms;
    return setTimeout(() => timerDueAt.run(dueAt, ended), ms);
  };
  globalThis.setTimeout = Object.assign(watched, setTimeout);
};

/** A fetch for each client that notes down when requests are sent and end. */
export const recordedFetch = (
  maxConnections?: number,
): { readonly requests: readonly RecordedRequest[]; readonly fetchFor: FetchFor } => {
  const post = createPost(maxConnections);
  const requests: RecordedRequest[] = [];
  const fetchFor: FetchFor =
    (client) =>
    async (url, { headers, signal } = {}) => {
      const sentAt = now();
      const record: RecordedRequest = { client, dueAt: timerDueAt.getStore() ?? sentAt, sentAt };
      requests.push(record);
      const asked = post(String(url), Object.fromEntries(new Headers(headers)), undefined, signal ?? undefined);
      const answer = await asked.finally(() => {
        record.endedAt = now();
      });
      record.status = answer.status;
      const retryAfter = answer.headers.get('Retry-After');
      if (retryAfter !== null) record.retryAfter = Number(retryAfter);
      return answer;
    };
  return { requests, fetchFor };
};
