import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { type RedisNode, startNode } from './redis-node.ts';
import { run } from './run.ts';

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority that nobody trusts of their own accord. */
export interface Authority {
  readonly caFile: string;
  /** Signs a certificate for these subject alternative names, such as `DNS:localhost`. */
  certify(...names: string[]): Promise<Certificate>;
  remove(): Promise<void>;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

export const createAuthority = async (): Promise<Authority> => {
  const directory = await mkdtemp(join(tmpdir(), 'ticketd-tls-'));
  const at = (name: string) => join(directory, name);
  const caFile = at('ca.crt');
  await run('openssl', ['req', '-x509', ...KEY, '-subj', '/CN=ticketd tests', '-keyout', at('ca.key'), '-out', caFile]);
  let count = 0;
  return {
    caFile,
    certify: async (...names) => {
      count += 1;
      const files = { certFile: at(`${count}.crt`), keyFile: at(`${count}.key`) };
      const signed = ['-CA', caFile, '-CAkey', at('ca.key'), '-addext', 'basicConstraints=critical,CA:FALSE'];
      const forNames = ['-subj', '/CN=server', '-addext', `subjectAltName=${names.join(',')}`];
      await run('openssl', [
        ...['req', '-x509', ...KEY, ...signed, ...forNames],
        ...['-keyout', files.keyFile, '-out', files.certFile],
      ]);
      return files;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
};

/** The arguments of a redis-server that speaks TLS alone on this port, to clients without a certificate. */
export const tlsArgs = (port: number, { certFile, keyFile }: Certificate, caFile: string): readonly string[] => [
  ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
  ...['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', caFile],
];

/** Starts a Redis that speaks TLS alone, by default with a certificate for localhost. */
export const startTlsRedis = async (authority: Authority, certificate?: Certificate): Promise<RedisNode> => {
  const port = await freePort();
  const own = certificate ?? (await authority.certify('DNS:localhost'));
  return startNode({
    port,
    args: tlsArgs(port, own, authority.caFile),
    // The tests' own commands are not what is to be verified.
    cliArgs: ['--tls', '--insecure'],
  });
};
