import { createSchedule, type Schedule } from '../../../src/client/schedule.ts';
import type { Agenda } from './agenda.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What `ticketd/client` does unless told otherwise (src/client/types.ts). */
export const CLIENT = { baseDelayMs: 1000, maxDelayMs: 8000, timeoutMs: 10_000 };

/** Many clients at the end of one another's wits: each makes attempts, by the client's own schedule, until one succeeds. */
export interface Clients {
  /** When a client's latest attempt was due. */
  attemptedAt(client: number): number;
  /** An attempt failed: the next is put on the agenda. */
  failed(client: number, atMs: number, floorMs: number): void;
}

export const createClients = (
  count: number,
  { time, agenda, random }: { readonly time: VirtualTime; readonly agenda: Agenda; readonly random: () => number },
): Clients => {
  const schedules: readonly Schedule[] = Array.from({ length: count }, () => createSchedule({ ...CLIENT, random }));
  const due = new Float64Array(count);
  return {
    attemptedAt: (client) => due[client] ?? 0,
    failed: (client, atMs, floorMs) => {
      const schedule = schedules[client] as Schedule;
      time.now = atMs;
      schedule.failed(floorMs);
      const dueAt = Math.ceil(atMs + schedule.waitMs());
      due[client] = dueAt;
      agenda.add(client, dueAt);
    },
  };
};
