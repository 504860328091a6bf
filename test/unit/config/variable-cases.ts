import type { Config } from '../../../src/config/variables.ts';

/** The values with which one variable is tested. */
export interface VariableCase {
  readonly value: (config: Config) => unknown;
  readonly preset: unknown;
  /** Other variables that a good value requires. */
  readonly needs?: Readonly<Record<string, string>>;
  readonly good: readonly (readonly [text: string, value: unknown])[];
  readonly wrong: readonly string[];
  /** Part of the error message: what was expected. */
  readonly expected: string;
}

const milliseconds = (value: VariableCase['value'], preset: number, min: number): VariableCase => ({
  value,
  preset,
  good: [
    [String(min), min],
    ['600000', 600_000],
  ],
  wrong: ['-1', '600001', '1.5', '1e3', '5s', ' 500', '0x500', ...(min > 0 ? [String(min - 1)] : [])],
  expected: `a whole number from ${min} to 600000`,
});

const text = (value: VariableCase['value'], preset: string | undefined, max: number): VariableCase => ({
  value,
  preset,
  good: [
    ['https://idp.example/', 'https://idp.example/'],
    ['ü'.repeat(max), 'ü'.repeat(max)],
  ],
  wrong: ['two\nlines', 'a\u0000b', 'x'.repeat(max + 1)],
  expected: `1 to ${max} printable characters`,
});

const texts = (value: VariableCase['value']): VariableCase => ({
  ...text(value, undefined, 512),
  good: [
    ['https://idp.example/', ['https://idp.example/']],
    [`${'ü'.repeat(512)}, b`, ['ü'.repeat(512), 'b']],
  ],
});

const boolean = (value: VariableCase['value'], preset: boolean): VariableCase => ({
  value,
  preset,
  good: [
    ['true', true],
    ['false', false],
  ],
  wrong: ['1', 'yes', 'TRUE', 'on'],
  expected: 'one of true, false',
});

const host = (value: VariableCase['value'], preset: string | undefined): VariableCase => ({
  value,
  preset,
  good: [
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['localhost', 'localhost'],
    ['redis_1.internal', 'redis_1.internal'],
  ],
  wrong: ['256.0.0.1', '1.2.3', 'two words', 'http://host', 'host:80', '[::1]', '-host', 'a..b', 'x'.repeat(254)],
  expected: 'a host name or an IP address',
});

/** One row for each variable that is not a secret; secrets have their own test files. */
export const variableCases: Readonly<Record<string, VariableCase>> = {
  NODE_ENV: {
    value: ({ runtime }) => runtime.nodeEnv,
    preset: 'development',
    good: [
      ['production', 'production'],
      ['test', 'test'],
    ],
    wrong: ['prod', 'Production', 'staging'],
    expected: 'one of development, test, production',
  },
  LOG_LEVEL: {
    value: ({ runtime }) => runtime.logLevel,
    preset: 'info',
    good: [
      ['trace', 'trace'],
      ['debug', 'debug'],
      ['silent', 'silent'],
    ],
    wrong: ['verbose', 'INFO', '30'],
    expected: 'one of trace, debug, info, warn, error, fatal, silent',
  },
  HOST: host(({ http }) => http.host, undefined),
  PORT: {
    value: ({ http }) => http.port,
    preset: 3000,
    good: [
      ['0', 0],
      ['65535', 65_535],
    ],
    wrong: ['65536', '-1', 'off', '80a', '8.0', '99999999999'],
    expected: 'a whole number from 0 to 65535',
  },
  INTERNAL_HOST: host(({ http }) => http.internalHost, undefined),
  INTERNAL_PORT: {
    value: ({ http }) => http.internalPort,
    preset: 3001,
    good: [
      ['off', 'off'],
      ['0', 0],
      ['9000', 9000],
    ],
    wrong: ['65536', 'OFF', 'none', '-1'],
    expected: 'a whole number from 0 to 65535, or off',
  },
  KEEP_ALIVE_TIMEOUT_MS: {
    value: ({ http }) => http.keepAliveTimeoutMs,
    preset: 75_000,
    good: [
      ['1000', 1_000],
      ['620000', 620_000],
      ['7200000', 7_200_000],
    ],
    wrong: ['999', '0', '7200001', 'off', '75s'],
    expected: 'a whole number from 1000 to 7200000',
  },
  TRUSTED_PROXIES: {
    value: ({ http }) => http.trustedProxies?.contains('10.1.2.3'),
    preset: undefined,
    good: [
      ['10.0.0.0/8', true],
      ['192.0.2.7, 10.1.2.0/24', true],
      ['fd00::/8', false],
    ],
    wrong: ['*', 'loopback', '10.0.0.0/33', '10.0.0.1-9'],
    expected: 'comma-separated addresses and networks such as 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32',
  },
  CORS_ORIGINS: {
    value: ({ http }) => http.corsOrigins,
    preset: undefined,
    good: [
      ['https://app.example', ['https://app.example']],
      ['http://localhost:8080, https://app.example', ['http://localhost:8080', 'https://app.example']],
      ['capacitor://localhost', ['capacitor://localhost']],
    ],
    wrong: [
      '*',
      'app.example',
      'https://app.example/',
      'https://*.example',
      'https://App.example',
      'https://a.b:443',
      'null',
    ],
    expected: 'exact origins such as https://app.example or http://localhost:8080, without a path, never *',
  },
  FORWARD_AUTH_TRUSTED: {
    value: ({ forwardAuth }) => forwardAuth.trusted?.contains('10.0.0.7'),
    preset: undefined,
    // cidrs.test.ts has more of them.
    good: [
      ['10.0.0.7', true],
      ['192.0.2.0/24, 10.0.0.0/8', true],
      ['192.0.2.0/24', false],
    ],
    wrong: ['10.0.0.0/33', 'proxy.internal', '10.0.0.0-10.0.0.9', '*'],
    expected: 'comma-separated addresses and networks such as 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32',
  },
  REDIS_SENTINEL_MASTER: {
    value: ({ redis }) => redis.sentinelMaster,
    preset: undefined,
    good: [
      ['main', 'main'],
      ['my-master_1.eu', 'my-master_1.eu'],
      ['m'.repeat(128), 'm'.repeat(128)],
    ],
    wrong: ['two words', 'main,other', 'main:1', 'über', 'm'.repeat(129)],
    expected: '1 to 128 of A-Z a-z 0-9 . _ -',
  },
  REDIS_SENTINEL_USERNAME: {
    ...text(({ redis }) => redis.sentinelUsername, undefined, 128),
    needs: { REDIS_SENTINEL_MASTER: 'main', REDIS_SENTINEL_PASSWORD: 'secret', REDIS_URL: 'redis://a,b' },
  },
  REDIS_CLUSTER: boolean(({ redis }) => redis.cluster, false),
  REDIS_TLS_CA_FILE: {
    value: ({ redis }) => redis.tlsCa,
    preset: undefined,
    // certificates.test.ts has the files.
    good: [],
    wrong: ['/nowhere/at/all', 'nowhere.pem'],
    expected: 'a readable file (ENOENT)',
  },
  REDIS_TLS_CERT_FILE: {
    value: ({ redis }) => redis.tlsCert,
    preset: undefined,
    // client-certificate-files.test.ts has the files.
    good: [],
    wrong: ['/nowhere/at/all', 'nowhere.pem'],
    expected: 'a readable file (ENOENT)',
  },
  REDIS_TLS_KEY_FILE: {
    value: ({ redis }) => redis.tlsKey,
    preset: undefined,
    good: [],
    wrong: ['/nowhere/at/all', 'nowhere.pem'],
    expected: 'a readable file (ENOENT)',
  },
  REDIS_TLS_SERVERNAME: {
    ...host(({ redis }) => redis.tlsServername, undefined),
    needs: { REDIS_URL: 'rediss://10.0.0.7' },
  },
  REDIS_STARTUP_TIMEOUT_MS: milliseconds(({ redis }) => redis.startupTimeoutMs, 8_000, 100),
  REDIS_CONNECT_TIMEOUT_MS: milliseconds(({ redis }) => redis.connectTimeoutMs, 2_000, 50),
  REDIS_COMMAND_TIMEOUT_MS: milliseconds(({ redis }) => redis.commandTimeoutMs, 2_000, 50),
  REDIS_HEARTBEAT_MS: {
    value: ({ redis }) => redis.heartbeatMs,
    preset: 500,
    good: [
      ['500', 500],
      ['30000', 30_000],
    ],
    wrong: ['499', '30001', '1e3', '1.5', '5s'],
    expected: 'a whole number from 500 to 30000',
  },
  REDIS_KEY_PREFIX: {
    value: ({ redis }) => redis.keyPrefix,
    preset: 'ticketd:',
    good: [['prod/eu-1:', 'prod/eu-1:']],
    wrong: ['a b', 'tickets{1}', 'ü:', 'x'.repeat(65)],
    expected: '1 to 64 of A-Z a-z 0-9 : . _ / -',
  },
  REDIS_FAIL_CLOSED: boolean(({ redis }) => redis.failClosed, false),
  STARTUP_TIMEOUT_MS: milliseconds(({ startup }) => startup.timeoutMs, 20_000, 100),
  DRAIN_DELAY_MS: {
    ...milliseconds(({ shutdown }) => shutdown.drainDelayMs, 0, 0),
    good: [['24999', 24_999]],
  },
  SHUTDOWN_TIMEOUT_MS: milliseconds(({ shutdown }) => shutdown.timeoutMs, 25_000, 100),
  TICKET_TTL_SECONDS: {
    value: ({ tickets }) => tickets.ttlSeconds,
    preset: 30,
    good: [
      ['1', 1],
      ['300', 300],
    ],
    wrong: ['0', '301', '30s', '0.5'],
    expected: 'a whole number from 1 to 300',
  },
  REVOCATION_RETENTION_SECONDS: {
    value: ({ revocations }) => revocations.retentionSeconds,
    preset: 86_400,
    good: [
      ['60', 60],
      ['2592000', 2_592_000],
    ],
    wrong: ['0', '59', '2592001', '1d'],
    expected: 'a whole number from 60 to 2592000',
  },
  TICKET_RATE_LIMIT: {
    value: ({ limits }) => limits.ticketRate,
    preset: 'off',
    good: [
      ['off', 'off'],
      ['10/60', { tickets: 10, seconds: 60 }],
      ['1/1', { tickets: 1, seconds: 1 }],
      ['1000000/86400', { tickets: 1_000_000, seconds: 86_400 }],
    ],
    wrong: [
      'OFF',
      '10',
      '10/',
      '/60',
      '0/60',
      '10/0',
      '10/86401',
      '1000001/60',
      '10/60s',
      '10 / 60',
      '1.5/60',
      '-1/60',
    ],
    expected: 'N/S, 1 to 1000000 tickets in 1 to 86400 seconds, or off',
  },
  TICKET_CLAIMS: {
    value: ({ tickets }) => tickets.claims,
    preset: undefined,
    good: [
      ['tenant', ['tenant']],
      ['tenant, https://app.example/roles', ['tenant', 'https://app.example/roles']],
    ],
    wrong: ['sub', 'tenant,exp', 'active', 'channel'],
    expected: 'names of claims other than active, iss, sub, sid, aud, exp, nbf, iat, jti, token_type, channel',
  },
  JWT_JWKS_URL: {
    value: ({ jwt }) => jwt.jwksUrl?.href,
    preset: undefined,
    needs: { JWT_SECRET: '' },
    good: [
      ['https://idp.example/keys?p=1', 'https://idp.example/keys?p=1'],
      ['HTTPS://IDP.example', 'https://idp.example/'],
      ['http://[::1]:8080/jwks', 'http://[::1]:8080/jwks'],
    ],
    wrong: ['idp.example', 'ftp://idp.example/', 'https:idp.example', 'https://', 'https://a b/', 'https://idp:99999/'],
    expected: 'an https:// URL',
  },
  JWT_JWKS_ALLOW_HTTP: boolean(({ jwt }) => jwt.jwksAllowHttp, false),
  JWT_JWKS_STARTUP_TIMEOUT_MS: milliseconds(({ jwt }) => jwt.jwksStartupTimeoutMs, 5_000, 100),
  JWT_JWKS_MAX_STALE_SECONDS: {
    value: ({ jwt }) => jwt.jwksMaxStaleSeconds,
    preset: 86_400,
    good: [
      ['1', 1],
      ['2592000', 2_592_000],
    ],
    wrong: ['0', '2592001', '1.5', '-1', '1d', 'never'],
    expected: 'a whole number from 1 to 2592000',
  },
  JWT_SECRET_ENCODING: {
    value: ({ jwt }) => jwt.secretEncoding,
    preset: 'utf8',
    good: [['hex', 'hex']],
    needs: { JWT_SECRET: 'ab'.repeat(32) },
    wrong: ['base32', 'UTF8', 'text'],
    expected: 'one of utf8, base64, base64url, hex',
  },
  JWT_ISSUERS: {
    value: ({ jwt }) => jwt.issuers,
    preset: undefined,
    good: [
      ['https://idp.example', ['https://idp.example']],
      ['https://idp.example/, http://[::1]:8080/realms/a', ['https://idp.example/', 'http://[::1]:8080/realms/a']],
    ],
    wrong: ['idp.example', 'ftp://idp.example/', 'https://a b/', 'https://'],
    expected: 'an https:// URL',
  },
  JWT_ALGORITHMS: {
    value: ({ jwt }) => jwt.algorithms,
    preset: undefined,
    needs: { JWT_SECRET: 'x'.repeat(64) },
    good: [
      ['HS256', ['HS256']],
      [' HS256 , HS512', ['HS256', 'HS512']],
    ],
    wrong: ['none', 'hs256', 'ES256K', 'Ed448', 'HS256,none'],
    expected: 'one of HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA',
  },
  JWT_ISSUER: texts(({ jwt }) => jwt.issuer),
  JWT_AUDIENCE: texts(({ jwt }) => jwt.audience),
  JWT_CLIENT_ID: texts(({ jwt }) => jwt.clientId),
  JWT_TYPE: {
    value: ({ jwt }) => jwt.type,
    preset: undefined,
    good: [['at+jwt', 'at+jwt']],
    wrong: ['JWT', 'AT+JWT', 'application/at+jwt'],
    expected: 'one of at+jwt',
  },
  JWT_COOKIE: {
    value: ({ jwt }) => jwt.cookie,
    preset: undefined,
    good: [['__Host-jwt', '__Host-jwt']],
    wrong: ['a b', 'a;b', 'a=b', 'a,b', 'ü', 'x'.repeat(129)],
    expected: 'the name of a cookie, such as __Host-jwt',
  },
  JWT_CLOCK_TOLERANCE_SECONDS: {
    value: ({ jwt }) => jwt.clockToleranceSeconds,
    preset: 5,
    good: [
      ['0', 0],
      ['300', 300],
    ],
    wrong: ['301', '-5', '5s'],
    expected: 'a whole number from 0 to 300',
  },
  JWT_SUBJECT_CLAIM: text(({ jwt }) => jwt.subjectClaim, 'sub', 128),
  JWT_SESSION_CLAIM: text(({ jwt }) => jwt.sessionClaim, 'sessionId', 128),
  BACKCHANNEL_LOGOUT_AUDIENCE: {
    value: ({ backchannelLogout }) => backchannelLogout.audiences,
    preset: undefined,
    needs: { JWT_ISSUER: 'https://idp.example/' },
    good: [
      ['web-app', [{ issuer: undefined, clientId: 'web-app' }]],
      [
        'web-app, https://idp.example/  mobile-app',
        [
          { issuer: undefined, clientId: 'web-app' },
          { issuer: 'https://idp.example/', clientId: 'mobile-app' },
        ],
      ],
    ],
    wrong: ['one two three', 'two\nlines', 'x'.repeat(513), 'a\u0000b'],
    expected: 'comma-separated client ids, each alone or as "<issuer> <client id>"',
  },
};
