import { EventEmitter } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Admission } from '../../../src/gateway/admission.ts';
import { createOpenSockets } from '../../../src/gateway/open-sockets.ts';
import { newTraceId } from '../../../src/protocol/trace-id.ts';
import { revocationKeysOf } from '../../../src/tickets/revocation-keys.ts';

const SOCKETS = 50_000;

/** Bytes of heap that a gateway needs for each registered socket, beside the socket itself. */
export const registryBytes = (): number => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const heapUsed = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const webSockets = Array.from({ length: SOCKETS }, () =>
    Object.assign(new EventEmitter(), { readyState: 1, close: () => {} }),
  );
  const before = heapUsed();
  const sockets = createOpenSockets();
  webSockets.forEach((socket, number) => {
    sockets.register(socket, admissionOf(number));
  });
  const bytes = (heapUsed() - before) / SOCKETS;
  if (sockets.all().length !== SOCKETS) throw new Error('not all sockets are registered');
  return bytes;
};

const admissionOf = (number: number): Admission => {
  const session = { issuer: 'https://id.example', subject: `user-${number}`, sessionId: crypto.randomUUID() };
  return {
    ...session,
    audience: undefined,
    channel: undefined,
    claims: undefined,
    issuedAt: new Date(),
    sessionExpiresAt: new Date(),
    sessionExpiresIn: 3600,
    revocationKeys: revocationKeysOf(session),
    revocationPosition: '1700000000000-0000000000',
    traceId: newTraceId(),
    protocols: [],
  };
};
