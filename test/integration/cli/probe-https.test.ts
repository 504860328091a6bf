import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { endAll, ticketd } from '../../support/ticketd.ts';
import { type Authority, createAuthority } from '../../support/tls.ts';

describe('probe over TLS', () => {
  let authority: Authority;
  let port: number;
  let close: () => void;
  const serverNames: unknown[] = [];
  before(async () => {
    authority = await createAuthority();
    const { certFile, keyFile } = await authority.certify('DNS:localhost', 'IP:127.0.0.1');
    const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, response) => {
      serverNames.push((request.socket as TLSSocket).servername);
      response.end('fine');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    close = () => server.close();
  });
  after(async () => {
    await endAll();
    close();
    await authority.remove();
  });

  const probe = async (host: string, env: Record<string, string> = {}) => {
    const cli = ticketd(['probe', '--url', `https://${host}:${port}`], env);
    const { code } = await cli.exit;
    return { code, output: cli.output };
  };

  it('sends the host name as SNI, and none for an IP address', async () => {
    const trusting = { NODE_EXTRA_CA_CERTS: authority.caFile };
    const answers = await Promise.all(['localhost', '127.0.0.1'].map((host) => probe(host, trusting)));
    expect(answers).to.deep.equal([
      { code: 0, output: `https://localhost:${port}/health answered 200\n` },
      { code: 0, output: `https://127.0.0.1:${port}/health answered 200\n` },
    ]);
    expect(serverNames).to.have.members(['localhost', false]);
  });

  it('exits 1 when the certificate is not trusted', async () => {
    const { code, output } = await probe('localhost');
    expect(code).to.equal(1);
    expect(output).to.match(/^ticketd: https:\/\/localhost:\d+\/health: .*certificate/);
  });
});
