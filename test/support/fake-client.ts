import { EventEmitter } from 'node:events';
import type { RedisClient } from '../../src/redis/client.ts';

/** How commands are answered: done, not at all, or with this error. */
export type Answer = 'done' | 'none' | Error;

/** A client of Redis that connects, loses its connection and is answered only when the test says so. */
export interface FakeClient {
  readonly client: RedisClient;
  /** `connect`, `disconnect` and `reconnect`, as they were called. */
  readonly calls: readonly string[];
  /** How many commands were sent so far. */
  readonly sent: number;
  /** Answers every command from now on like this, and those that are open, too. */
  answer(how: Answer): void;
  /** What answers the commands that are open now, and none that come later. */
  holdOpen(): (how: Answer) => void;
  /** Changes to this status and emits the event of that name. */
  become(status: 'connecting' | 'ready' | 'close'): void;
  /** Makes what `connect()` returned reject. */
  failToConnect(error: Error): void;
}

export const createFakeClient = (): FakeClient => {
  const calls: string[] = [];
  const open = new Set<(how: Answer) => void>();
  let sent = 0;
  let answer: Answer = 'none';
  let failToConnect: ((error: Error) => void) | undefined;

  const command = (): Promise<unknown> => {
    sent += 1;
    return new Promise((resolve, reject) => {
      const settle = (how: Answer) => {
        if (how === 'none') return void open.add(settle);
        open.delete(settle);
        if (how === 'done') resolve('OK');
        else reject(how);
      };
      settle(answer);
    });
  };

  const client = Object.assign(new EventEmitter(), {
    status: 'wait',
    ...Object.fromEntries(['set', 'getdel', 'mget', 'select', 'incr', 'pttl'].map((name) => [name, command])),
    connect: () => {
      calls.push('connect');
      return new Promise<void>((_, reject) => {
        failToConnect = reject;
      });
    },
    disconnect: (reconnect = false) => void calls.push(reconnect ? 'reconnect' : 'disconnect'),
  });

  const holdOpen = () => {
    const held = [...open];
    return (how: Answer) => {
      for (const settle of held) settle(how);
    };
  };
  return {
    client: client as unknown as RedisClient,
    calls,
    get sent() {
      return sent;
    },
    answer: (how) => {
      answer = how;
      holdOpen()(how);
    },
    holdOpen,
    become: (status) => {
      client.status = status;
      client.emit(status);
    },
    failToConnect: (error) => failToConnect?.(error),
  };
};
