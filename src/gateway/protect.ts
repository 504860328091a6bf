import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { traceIdOf } from '../log/trace-id.ts';
import { answerPlainly } from './answer-refusal.ts';
import type { Admission, AuthenticateUpgrade } from './authenticate.ts';
import type { Doorway } from './doorway.ts';
import type { Tell } from './events.ts';
import { UpgradeRefused } from './refused.ts';

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** A server that has `upgrade` events: one of `node:http` or `node:https`, or a framework's. */
export interface UpgradeServer {
  on(event: 'upgrade', listener: UpgradeListener): unknown;
  off(event: 'upgrade', listener: UpgradeListener): unknown;
  listenerCount(event: 'upgrade'): number;
}

export interface ProtectionOptions {
  readonly authenticate: AuthenticateUpgrade;
  readonly doorway: Doorway;
  /** The only path whose upgrades are taken; all unless given. */
  readonly path: string | undefined;
  readonly tell: Tell;
}

/** Listens for upgrades and lets in those with a good ticket; returns what ends that. */
export const protectServer = (server: UpgradeServer, options: ProtectionOptions): (() => void) => {
  const { doorway, path, tell } = options;

  const onUpgrade: UpgradeListener = async (request, socket, head) => {
    if (!isFor(path, request)) return leave(request, socket);
    const letGo = holdOnTo(socket);
    const verdict = await verdictOn(request, options.authenticate);
    letGo();
    if (socket.destroyed) tell({ event: 'client_left', level: 'info', traceId: verdict.traceId });
    else if (verdict instanceof UpgradeRefused) doorway.refuse(request, socket, head, verdict);
    else doorway.accept(request, socket, head, verdict);
  };

  // Another listener may want it; without one it would be left open, and unanswered, for ever.
  const leave = ({ headers }: IncomingMessage, socket: Duplex): void => {
    if (server.listenerCount('upgrade') > 1) return;
    answerPlainly(socket, {
      status: 404,
      errorCode: 'NOT_FOUND',
      message: 'There is no WebSocket here',
      traceId: traceIdOf(headers),
    });
  };

  server.on('upgrade', onUpgrade);
  return () => void server.off('upgrade', onUpgrade);
};

const isFor = (path: string | undefined, { url = '/', headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket' && (path === undefined || url.split('?', 1)[0] === path);

const verdictOn = (request: IncomingMessage, authenticate: AuthenticateUpgrade): Promise<Admission | UpgradeRefused> =>
  authenticate(request).catch((refusal: UpgradeRefused) => refusal);

/** Node has let go of the socket and nobody has taken it yet: its errors must not end the process. */
const holdOnTo = (socket: Duplex): (() => void) => {
  const ignore = () => {};
  socket.on('error', ignore);
  return () => socket.off('error', ignore);
};
