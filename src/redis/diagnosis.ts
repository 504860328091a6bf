import { describeError } from '../log/describe-error.ts';

/** What is wrong with a Redis, in an operator's words. */
export interface Diagnosis {
  /** `unreachable`: nothing there answers as Redis in time. `unusable`: Redis answers, but tickets cannot be kept. */
  readonly verdict: 'unreachable' | 'unusable';
  readonly errorCode: string;
  readonly error: string;
  readonly remedy: string;
}

type Row = readonly [verdict: Diagnosis['verdict'], remedy: string];

const rows: Readonly<Record<string, Row>> = {
  ECONNREFUSED: ['unreachable', 'nothing listens there: start Redis, or correct host and port in REDIS_URL'],
  ENOTFOUND: ['unreachable', 'the host name does not exist: correct it in REDIS_URL, or the DNS'],
  EAI_AGAIN: ['unreachable', 'the name server does not answer: check the DNS of this network'],
  ETIMEDOUT: [
    'unreachable',
    'no answer in time: check firewall and security groups, whether Redis hangs, and with rediss:// that the port speaks TLS',
  ],
  EHOSTUNREACH: ['unreachable', 'no route to the host: check network and subnets'],
  ENETUNREACH: ['unreachable', 'no route to the network: check network and subnets'],
  ECONNRESET: [
    'unreachable',
    'the other side closed: TLS on one side only, a proxy without its server, or maxclients reached',
  ],
  TLS: [
    'unreachable',
    'TLS failed: check that the port speaks TLS, and that its certificate is valid for this host and from a trusted CA',
  ],
  NOAUTH: ['unusable', 'a password is needed: put it into REDIS_URL as redis://user:password@host'],
  WRONGPASS: ['unusable', 'user or password is wrong, or the user is disabled: correct REDIS_URL'],
  NOPERM: [
    'unusable',
    'the user may not do this: allow SET, GETDEL and MGET (in a cluster GET) on the keys below REDIS_KEY_PREFIX, INCR and PTTL with TICKET_RATE_LIMIT, and SELECT where REDIS_URL names a database',
  ],
  LOADING: ['unusable', 'Redis is loading its data: wait, as with --wait'],
  READONLY: ['unusable', 'this is a replica: use the address of the primary'],
  OOM: ['unusable', 'memory is full: raise maxmemory, or find what fills it'],
  MISCONF: ['unusable', 'Redis cannot save to disk and refuses writes: check disk and permissions'],
  NOREPLICAS: ['unusable', 'too few replicas are in sync: bring them back, or lower min-replicas-to-write'],
  MASTERDOWN: ['unusable', 'a replica without its primary: use the address of the primary'],
  CLUSTERDOWN: ['unusable', 'the cluster does not cover all slots: bring its masters back'],
  BUSY: ['unusable', 'a script blocks Redis: end it with SCRIPT KILL'],
  MOVED: ['unusable', 'this is a node of a cluster: set REDIS_CLUSTER=true'],
  IS_SENTINEL: ['unusable', 'a Sentinel keeps no tickets: set REDIS_SENTINEL_MASTER, or use the port of Redis'],
  NO_CLUSTER: ['unusable', 'this Redis is not a cluster: unset REDIS_CLUSTER'],
  NO_SENTINEL: ['unusable', 'these servers are no Sentinels: unset REDIS_SENTINEL_MASTER, or correct REDIS_URL'],
  NO_MASTER: ['unreachable', 'no Sentinel answers that knows such a master: check REDIS_URL and REDIS_SENTINEL_MASTER'],
  NO_DATABASE: ['unusable', 'this Redis has no such database: correct the path of REDIS_URL, or raise databases'],
  MAXCLIENTS: ['unusable', 'no connection is left: raise maxclients, or find who holds them'],
  NOT_REDIS: ['unusable', 'something else than Redis answers there: correct host and port'],
  TOO_OLD: ['unusable', 'Redis 6.2 or later is needed, for GETDEL: upgrade it'],
};

const UNKNOWN: Row = ['unusable', 'see what Redis says'];

/** Reads the error that a connection or a command met. */
export const diagnose = (error: unknown): Diagnosis => {
  const { error: message, errorCode: raw } = describeError(error);
  const errorCode = kindOf(raw, message);
  const [verdict, remedy] = rows[errorCode] ?? UNKNOWN;
  return { verdict, errorCode: errorCode === 'TLS' ? raw : errorCode, error: message, remedy };
};

const kindOf = (code: string, message: string): string => {
  if (/max number of clients/i.test(message)) return 'MAXCLIENTS';
  if (/DB index/.test(message)) return 'NO_DATABASE';
  if (/cluster support disabled/.test(message)) return 'NO_CLUSTER';
  if (/unknown command.*sentinel/i.test(message)) return 'NO_SENTINEL';
  if (/All sentinels are unreachable/.test(message)) return 'NO_MASTER';
  if (/^Protocol error|RESP type/.test(message)) return 'NOT_REDIS';
  if (/^(Command timed out|Socket timeout)/.test(message)) return 'ETIMEDOUT';
  if (/^Connection is closed|closed before/.test(message) || code === 'EPIPE') return 'ECONNRESET';
  if (/CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|^EPROTO$|UNABLE_TO/.test(code)) return 'TLS';
  return code;
};
