import type { Redis } from 'ioredis';
import { describeError, type ErrorDescription } from '../log/describe-error.ts';
import { codedError } from '../protocol/coded-error.ts';
import { plainConnection } from './plain-connection.ts';
import { isTlsFailure } from './redis-errors.ts';

type Emit = (event: string, error: Error) => void;

/** The part of ioredis that asks the Sentinels for the master. */
interface SentinelConnector {
  connect(emit: Emit): Promise<unknown>;
  connectToSentinel(sentinel: { readonly host: string; readonly port: number }, options?: object): Redis;
  /** Returns `false`, and asks another Sentinel next, when this is not the role of a master. */
  check(info: { readonly role: string }): boolean;
}

const connectorOf = (client: object): SentinelConnector | undefined => Reflect.get(client, 'connector');

/** Makes a client report why its Sentinels refuse it, where ioredis only says that none is reachable. */
export const explainSentinels = (client: Redis): Redis => {
  const connector = connectorOf(client) as SentinelConnector;
  const { connect, connectToSentinel } = connector;
  let failures: ErrorDescription[] = [];
  const addFailure = (error: Error, prefix = '') => {
    const { error: message, errorCode } = describeError(error);
    failures.push({ error: `${prefix}${message}`, errorCode });
  };

  connector.connect = (emit) => {
    failures = [];
    const emitExplained: Emit = (event, error) => {
      if (event === 'sentinelError') addFailure(error);
      emit(event, event === 'error' ? explained(error, failures) : error);
    };
    return connect.call(connector, emitExplained).catch((error) => Promise.reject(explained(error, failures)));
  };
  connector.connectToSentinel = (sentinel, options) => {
    const one = connectToSentinel.call(connector, sentinel, { ...options, disableClientInfo: true });
    const prefix = `Sentinel ${sentinel.host}:${sentinel.port}: `;
    return ignoreMasterInUse(plainConnection(one), client).on('error', (error) => addFailure(error, prefix));
  };
  return client;
};

// Each Sentinel announces a failover in its own time: a late one must not end the connection to that very master.
const ignoreMasterInUse = (sentinel: Redis, client: Redis): Redis => {
  const { emit } = sentinel;
  return Object.assign(sentinel, {
    emit: (event: string, ...args: unknown[]): boolean =>
      event === 'message' && isMasterInUse(String(args[1]), client) ? false : emit.call(sentinel, event, ...args),
  });
};

// An announcement has the name of the master, its old host and port, and the new ones.
const isMasterInUse = (announcement: string, { status, stream }: Redis): boolean => {
  const [, , , host, port] = announcement.split(' ');
  return status === 'ready' && stream.remoteAddress === host && stream.remotePort === Number(port);
};

/** After the server that the Sentinel named turned out to be a replica: its knowledge is stale. */
export const askAnotherSentinel = (client: object): void => {
  connectorOf(client)?.check({ role: 'slave' });
};

const NONE_REACHABLE = /^All sentinels are unreachable/;
// What a Sentinel replied, as ioredis repeats it in an error of its own.
const REPLY = /^failed to connect to sentinel (\S+) because (([A-Z]{3,}) .*)$/;
const ACCESS = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM']);

const explained = (error: Error, failures: readonly ErrorDescription[]): Error => {
  if (!NONE_REACHABLE.test(error.message)) return error;
  for (const { error: message } of failures) {
    const [, address, reply, code = ''] = REPLY.exec(message) ?? [];
    if (reply === undefined) continue;
    return codedError(ACCESS.has(code) ? `SENTINEL_${code}` : code, `Sentinel ${address}: ${reply}`);
  }
  const tls = failures.find(({ errorCode }) => isTlsFailure(errorCode));
  return tls === undefined ? error : codedError(tls.errorCode, tls.error);
};
