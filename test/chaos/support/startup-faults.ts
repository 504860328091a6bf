import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../support/free-port.ts';
import { startRedis } from '../../support/redis.ts';
import { createAuthority, startTlsRedis } from '../../support/tls.ts';

/** A Redis that a service meets at its start and cannot use, until it is healed. */
export interface StartupFault {
  readonly env: Readonly<Record<string, string>>;
  heal(): Promise<unknown>;
  end(): Promise<unknown>;
}

export interface StartupFaultKind {
  readonly letter: string;
  readonly name: string;
  /** The expected error code in the log. */
  readonly errorCode: RegExp;
  begin(): Promise<StartupFault>;
}

const PASSWORD = 'chaos-secret';

const refused = async (): Promise<StartupFault> => {
  const port = await freePort();
  const started: Awaited<ReturnType<typeof startRedis>>[] = [];
  return {
    env: { REDIS_URL: `redis://127.0.0.1:${port}` },
    heal: async () => started.push(await startRedis({ port })),
    end: () => Promise.all(started.map((redis) => redis.stop())),
  };
};

const hanging = async (): Promise<StartupFault> => {
  const redis = await startRedis();
  await redis.pause();
  return { env: { REDIS_URL: redis.url }, heal: redis.resume, end: redis.stop };
};

/** The kernel drops the SYN of every new client while a server does not accept and its queue is full. */
const synDropped = async (): Promise<StartupFault> => {
  const redis = await startRedis({ args: ['--tcp-backlog', '1'] });
  await redis.pause();
  const fillers = await fillQueue(redis.port);
  return {
    env: { REDIS_URL: redis.url },
    heal: async () => {
      for (const filler of fillers) filler.destroy();
      await redis.resume();
    },
    end: redis.stop,
  };
};

const fillQueue = async (port: number): Promise<readonly Socket[]> => {
  const sockets: Socket[] = [];
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    sockets.push(socket);
    const connected = await Promise.race([once(socket, 'connect').then(() => true), delay(300, false)]);
    if (!connected) return sockets;
  }
};

const wrongPassword = async (): Promise<StartupFault> => {
  const redis = await startRedis();
  await redis.cli('ACL', 'SETUSER', 'service', 'on', '>another-secret', '~*', '+@all');
  return {
    env: { REDIS_URL: redis.url.replace('redis://', `redis://service:${PASSWORD}@`) },
    heal: () => redis.cli('ACL', 'SETUSER', 'service', `>${PASSWORD}`),
    end: redis.stop,
  };
};

const wrongCertificate = async (): Promise<StartupFault> => {
  const authority = await createAuthority();
  const redis = await startTlsRedis(authority, await authority.certify('DNS:elsewhere.internal'));
  const good = await authority.certify('DNS:localhost');
  return {
    env: { REDIS_URL: `rediss://localhost:${redis.port}`, REDIS_TLS_CA_FILE: authority.caFile },
    heal: () => redis.cli('CONFIG', 'SET', 'tls-cert-file', good.certFile, 'tls-key-file', good.keyFile),
    end: async () => {
      await redis.remove();
      await authority.remove();
    },
  };
};

const replica = async (): Promise<StartupFault> => {
  const redis = await startRedis();
  await redis.cli('REPLICAOF', '127.0.0.1', '1');
  return { env: { REDIS_URL: redis.url }, heal: () => redis.cli('REPLICAOF', 'NO', 'ONE'), end: redis.stop };
};

export const startupFaults: readonly StartupFaultKind[] = [
  { letter: 'a', name: 'connections refused', errorCode: /^ECONNREFUSED$/, begin: refused },
  { letter: 'b', name: 'SIGSTOP', errorCode: /^ETIMEDOUT$/, begin: hanging },
  { letter: 'c', name: 'SYN dropped', errorCode: /^ETIMEDOUT$/, begin: synDropped },
  { letter: 'd', name: 'wrong password', errorCode: /^WRONGPASS$/, begin: wrongPassword },
  {
    letter: 'e',
    name: 'certificate for another host',
    errorCode: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    begin: wrongCertificate,
  },
  { letter: 'f', name: 'a replica', errorCode: /^READONLY$/, begin: replica },
];
