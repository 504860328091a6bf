import { freePort } from '../free-port.ts';
import { startNode } from '../redis-node.ts';
import { type Certificate, createAuthority, tlsArgs } from '../tls.ts';
import { type Env, type Removable, type Setup, server, urlOf } from './setup.ts';

interface Tls {
  readonly port: number;
  readonly url: string;
  readonly own: Certificate;
  readonly foreign: Certificate;
  /** With its authority. */
  readonly env: Env;
}

const start = async (remove: (one: Removable) => void, args: readonly string[]): Promise<Tls> => {
  const [authority, other] = await Promise.all([createAuthority(), createAuthority()]);
  const [own, foreign] = await Promise.all([authority.certify('DNS:localhost'), other.certify('DNS:localhost')]);
  const port = await freePort();
  const cliArgs = ['--tls', '--insecure', '--cert', own.certFile, '--key', own.keyFile];
  const node = await startNode({ port, args: [...tlsArgs(port, own, authority.caFile), ...args], cliArgs });
  for (const one of [node, authority, other]) remove(one);
  const url = `rediss://localhost:${port}`;
  return { port, url, own, foreign, env: { REDIS_URL: url, REDIS_TLS_CA_FILE: authority.caFile } };
};

/** Its environment is first the one to try, then the one of the remedy. */
const tls = (
  name: string,
  errorCode: string | undefined,
  envs: (tls: Tls) => readonly [Env, Env?],
  ...args: readonly string[]
): Setup => ({
  name,
  ...(errorCode !== undefined && { errorCode }),
  begin: async (remove) => {
    const [env, healed] = envs(await start(remove, args));
    return { env, ...(healed !== undefined && { follow: async () => healed }) };
  },
});

const withCertificate = (env: Env, { certFile, keyFile }: Certificate): Env => ({
  ...env,
  REDIS_TLS_CERT_FILE: certFile,
  REDIS_TLS_KEY_FILE: keyFile,
});
const WANTED = ['--tls-auth-clients', 'yes'];

export const tlsSetups: readonly Setup[] = [
  tls('TLS with `REDIS_TLS_CA_FILE`', undefined, ({ env }) => [env]),
  tls('TLS, an authority that is not trusted', 'SELF_SIGNED_CERT_IN_CHAIN', ({ url, env }) => [
    { REDIS_URL: url },
    env,
  ]),
  tls('TLS, a certificate for another name', 'ERR_TLS_CERT_ALTNAME_INVALID', ({ port, env }) => {
    const wrong = { ...env, REDIS_URL: `rediss://127.0.0.1:${port}` };
    return [wrong, { ...wrong, REDIS_TLS_SERVERNAME: 'localhost' }];
  }),
  tls('TLS with a client certificate', undefined, ({ env, own }) => [withCertificate(env, own)], ...WANTED),
  ...['TLSv1.2', 'TLSv1.3'].flatMap((protocol) => [
    tls(
      `${protocol}, a client certificate is missing`,
      'CLIENT_CERTIFICATE',
      ({ env, own }) => [env, withCertificate(env, own)],
      ...WANTED,
      '--tls-protocols',
      protocol,
    ),
    tls(
      `${protocol}, a client certificate of another authority`,
      'CLIENT_CERTIFICATE_REFUSED',
      ({ env, own, foreign }) => [withCertificate(env, foreign), withCertificate(env, own)],
      ...WANTED,
      '--tls-protocols',
      protocol,
    ),
  ]),
  tls('`redis://` to a port with TLS', 'ECONNRESET', ({ port, env }) => [{ REDIS_URL: urlOf({ port }) }, env]),
  server('`rediss://` to a port without TLS', 'ETIMEDOUT', (node) => ({
    env: { REDIS_URL: urlOf(node).replace('redis:', 'rediss:') },
    follow: async () => ({ REDIS_URL: urlOf(node) }),
  })),
];
