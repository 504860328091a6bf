import { describeError } from '../log/describe-error.ts';
import { isTlsFailure } from './redis-errors.ts';

/** What is wrong with a Redis server, and what the operator can do about it. */
export interface Diagnosis {
  /** `unreachable`: no Redis replies in time. `unusable`: Redis replies, but cannot store tickets. */
  readonly verdict: 'unreachable' | 'unusable';
  readonly errorCode: string;
  readonly error: string;
  readonly remedy: string;
}

type Row = readonly [verdict: Diagnosis['verdict'], remedy: string];

const rows: Readonly<Record<string, Row>> = {
  ECONNREFUSED: ['unreachable', 'no server listens on this port: start Redis, or correct host and port in REDIS_URL'],
  ENOTFOUND: ['unreachable', 'the host name does not exist: correct it in REDIS_URL, or add it to the DNS'],
  EAI_AGAIN: ['unreachable', 'the name server does not reply: check the DNS of this network'],
  ETIMEDOUT: [
    'unreachable',
    'no reply in time: check firewalls and security groups, whether Redis hangs, and with rediss:// that the port uses TLS',
  ],
  ENOENT: ['unreachable', 'no such socket: correct the path in REDIS_URL, or set unixsocket in Redis'],
  EACCES: ['unreachable', 'the socket may not be used: correct unixsocketperm in Redis, or its owner'],
  EHOSTUNREACH: ['unreachable', 'there is no route to the host: check network and subnets'],
  ENETUNREACH: ['unreachable', 'there is no route to the network: check network and subnets'],
  ECONNRESET: [
    'unreachable',
    'the other side closed the connection: check for TLS on one side only, a proxy whose server is down, or maxclients',
  ],
  CLIENT_CERTIFICATE: [
    'unusable',
    'Redis wants a client certificate: set REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE, or tls-auth-clients no in Redis',
  ],
  CLIENT_CERTIFICATE_REFUSED: [
    'unusable',
    'Redis does not accept the client certificate: it must be valid today, and from a CA that Redis trusts (tls-ca-cert-file)',
  ],
  TLS: [
    'unreachable',
    'TLS failed: check that the port uses TLS, and that its certificate is valid for this host and from a trusted CA',
  ],
  NOAUTH: ['unusable', 'Redis requires a password: set it in REDIS_URL as redis://user:password@host'],
  WRONGPASS: ['unusable', 'user or password is wrong, or the user is disabled: correct REDIS_URL'],
  NOPERM: [
    'unusable',
    'the user lacks a permission: allow SET, GETDEL and MGET (in a cluster GET) on keys with REDIS_KEY_PREFIX, INCR and PTTL with TICKET_RATE_LIMIT, and SELECT if REDIS_URL has a database',
  ],
  LOADING: ['unusable', 'Redis is loading its data: try again later, or use --wait'],
  READONLY: ['unusable', 'this is a replica: use the address of the primary'],
  OOM: ['unusable', 'Redis is out of memory: raise maxmemory, or find what uses it'],
  MISCONF: ['unusable', 'Redis cannot save to disk and rejects writes: check disk space and permissions'],
  NOREPLICAS: ['unusable', 'too few replicas are in sync: restore them, or lower min-replicas-to-write'],
  MASTERDOWN: ['unusable', 'this is a replica that has lost its primary: use the address of the primary'],
  CLUSTERDOWN: ['unusable', 'the cluster does not cover all slots: restore its masters'],
  BUSY: ['unusable', 'a script blocks Redis: stop it with SCRIPT KILL'],
  MOVED: ['unusable', 'this is a node of a cluster: set REDIS_CLUSTER=true'],
  IS_SENTINEL: [
    'unusable',
    'a Sentinel cannot store tickets: set REDIS_SENTINEL_MASTER, or use the port of Redis; a Redis must not lack SET (rename-command)',
  ],
  NO_CLUSTER: ['unusable', 'this Redis is not a cluster: unset REDIS_CLUSTER'],
  NO_SENTINEL: ['unusable', 'these servers are not Sentinels: unset REDIS_SENTINEL_MASTER, or correct REDIS_URL'],
  NO_MASTER: ['unreachable', 'no reachable Sentinel knows this master: check REDIS_URL and REDIS_SENTINEL_MASTER'],
  NO_DATABASE: [
    'unusable',
    'the database does not exist: correct the path of REDIS_URL, or raise the setting databases',
  ],
  MAXCLIENTS: ['unusable', 'Redis accepts no more connections: raise maxclients, or find the clients that use them'],
  DENIED: [
    'unusable',
    'Redis is in protected mode: set a password in Redis and in REDIS_URL, and then protected-mode no',
  ],
  NO_USERS: ['unusable', 'Redis before 6.0 has no users, and tickets need Redis 6.2 or later: upgrade Redis'],
  SENTINEL_NOAUTH: ['unusable', 'the Sentinels require a password: set REDIS_SENTINEL_PASSWORD'],
  SENTINEL_WRONGPASS: [
    'unusable',
    'the Sentinels do not accept the password: correct REDIS_SENTINEL_PASSWORD, with an ACL also REDIS_SENTINEL_USERNAME',
  ],
  SENTINEL_NOPERM: [
    'unusable',
    'the user of the Sentinels lacks a permission: allow SENTINEL GET-MASTER-ADDR-BY-NAME, SENTINEL SENTINELS and SUBSCRIBE to +switch-master',
  ],
  NO_UPSTREAM: ['unreachable', 'the proxy in front of Redis reaches no Redis: check its servers'],
  NOT_REDIS: ['unusable', 'the server is not Redis: correct host and port'],
  TOO_OLD: ['unusable', 'tickets need Redis 6.2 or later: upgrade it, and undo a rename-command of GETDEL'],
};

const UNKNOWN_ERROR: Row = ['unusable', 'see the error message of Redis'];

/** The diagnosis for the error of a connection or a command. */
export const diagnose = (error: unknown): Diagnosis => {
  const { error: message, errorCode: raw } = describeError(error);
  const errorCode = kindOf(raw, message);
  const [verdict, remedy] = rows[errorCode] ?? UNKNOWN_ERROR;
  return { verdict, errorCode: errorCode === 'TLS' ? raw : errorCode, error: message, remedy };
};

const kindOf = (code: string, message: string): string => {
  if (/max number of clients/i.test(message)) return 'MAXCLIENTS';
  if (/^no upstream host|^upstream (failure|protocol error)/.test(message)) return 'NO_UPSTREAM';
  if (/unknown command.*getdel/i.test(message)) return 'TOO_OLD';
  // A Sentinel has no keys, and hardly any other server lacks SET.
  if (/unknown command ['`]set['`]/i.test(message)) return 'IS_SENTINEL';
  if (/DB index/.test(message)) return 'NO_DATABASE';
  if (/cluster support disabled/.test(message)) return 'NO_CLUSTER';
  if (/unknown command.*sentinel/i.test(message)) return 'NO_SENTINEL';
  if (/All sentinels are unreachable|No such master with that name/.test(message)) return 'NO_MASTER';
  if (/^Protocol error|RESP type/.test(message)) return 'NOT_REDIS';
  if (/^(Command timed out|Socket timeout)/.test(message)) return 'ETIMEDOUT';
  if (/^Connection is closed|closed before/.test(message) || code === 'EPIPE') return 'ECONNRESET';
  // What the server replied to the certificate of the client, or to none.
  if (/ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE)$/.test(code)) return 'CLIENT_CERTIFICATE';
  if (/ALERT_(UNKNOWN_CA|\w*CERTIFICATE\w*)$/.test(code)) return 'CLIENT_CERTIFICATE_REFUSED';
  if (Object.hasOwn(rows, code)) return code;
  if (isTlsFailure(code)) return 'TLS';
  return code;
};
