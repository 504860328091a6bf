import type { Admission } from './admission.ts';
import { type ClosableSocket, closeOrTerminate, isClosed } from './session-end.ts';

/** A registered socket and the admission that opened it. */
export interface OpenSocket {
  readonly admission: Admission;
  /**
   * Unregisters the socket and closes it, and terminates it where the client does not confirm the close in time. Returns
   * `false`, and does nothing, where the socket is not registered any more.
   */
  close(code: number, reason: string): boolean;
  unregister(): boolean;
}

/** The sockets that are open at a gateway. */
export interface OpenSockets {
  /** Registers a socket until it closes. A second registration of a socket replaces the first. */
  register(socket: ClosableSocket, admission: Admission): OpenSocket;
  all(): readonly OpenSocket[];
  withKey(revocationKey: string): readonly OpenSocket[];
}

export const createOpenSockets = (): OpenSockets => {
  const open = new Map<ClosableSocket, OpenSocket>();
  const byKey = new Map<string, Set<OpenSocket>>();
  const listening = new WeakSet<ClosableSocket>();

  const addKeys = (entry: OpenSocket): void => {
    for (const key of entry.admission.revocationKeys) {
      const entries = byKey.get(key) ?? new Set();
      byKey.set(key, entries.add(entry));
    }
  };

  const removeKeys = (entry: OpenSocket): void => {
    for (const key of entry.admission.revocationKeys) {
      const entries = byKey.get(key);
      entries?.delete(entry);
      if (entries?.size === 0) byKey.delete(key);
    }
  };

  // One listener for each socket, however often it is registered.
  const unregisterAtClose = (socket: ClosableSocket): void => {
    if (listening.has(socket)) return;
    listening.add(socket);
    socket.once('close', () => {
      listening.delete(socket);
      open.get(socket)?.unregister();
    });
  };

  return {
    register: (socket, admission) => {
      const unregister = () => {
        if (open.get(socket) !== entry) return false;
        open.delete(socket);
        removeKeys(entry);
        return true;
      };
      const close = (code: number, reason: string) => {
        const isOpen = unregister();
        if (isOpen) closeAnyway(socket, code, reason);
        return isOpen;
      };
      const entry: OpenSocket = { admission, close, unregister };
      open.get(socket)?.unregister();
      // A closed socket has no further `close` event.
      if (isClosed(socket)) return entry;
      open.set(socket, entry);
      addKeys(entry);
      unregisterAtClose(socket);
      return entry;
    },
    all: () => [...open.values()],
    withKey: (key) => [...(byKey.get(key) ?? [])],
  };
};

// One socket that throws must not keep the others open. It is terminated after the grace.
const closeAnyway = (socket: ClosableSocket, code: number, reason: string): void => {
  try {
    closeOrTerminate(socket, code, reason);
  } catch {}
};
