import { EventEmitter } from 'node:events';
import type { Admission } from '../../src/gateway/admission.ts';
import type { GatewayEvent } from '../../src/gateway/events.ts';
import { createOpenSockets } from '../../src/gateway/open-sockets.ts';
import type { RevocationReceiver } from '../../src/gateway/revocation-source.ts';
import { createRevocationWatch } from '../../src/gateway/revocation-watch.ts';
import { IDENTITY } from './authentication.ts';

/** The position of the entry with this number, a second after the one before. */
export const positionOf = (number: number): string => `${String(number * 1000).padStart(13, '0')}-0000000000`;

export const admissionOf = (revocationKeys: readonly string[], position: number | undefined): Admission => ({
  ...IDENTITY,
  traceId: revocationKeys.join(),
  protocols: [],
  revocationKeys,
  revocationPosition: position === undefined ? undefined : positionOf(position),
});

/** An open WebSocket that records its calls. */
export const fakeOpenSocket = () => {
  const calls: unknown[] = [];
  return Object.assign(new EventEmitter(), {
    calls,
    readyState: 1,
    close: (code: number, reason: string) => void calls.push([code, reason]),
    terminate: () => void calls.push('terminate'),
  });
};

/** A watch on a source that the test plays: it calls `feed`. */
export const watchRig = (random: () => number = Math.random) => {
  const events: GatewayEvent[] = [];
  const receivers: RevocationReceiver[] = [];
  let stopped = 0;
  const source = {
    follow: (receiver: RevocationReceiver) => {
      receivers.push(receiver);
      return () => {
        stopped += 1;
      };
    },
  };
  const sockets = createOpenSockets();
  const watch = createRevocationWatch({ source, sockets, report: (event) => void events.push(event), random });
  watch.start();
  const [feed] = receivers;
  if (feed === undefined) throw new Error('the watch does not follow its source');
  const open = (keys: readonly string[], position: number | undefined) => {
    const socket = fakeOpenSocket();
    return Object.assign(socket, { unregister: watch.register(socket, admissionOf(keys, position)) });
  };
  const revoke = (key: string, position: number) => feed.onRevoked({ key, position: positionOf(position) });
  return { watch, sockets, feed, receivers, events, stopped: () => stopped, open, revoke };
};

export const REVOKED_CALL = [4001, 'session revoked'];
export const LOST_CALL = [1013, 'revocations may be lost'];
