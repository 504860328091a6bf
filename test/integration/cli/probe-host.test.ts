import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { ticketd } from '../../support/ticketd.ts';

describe('probe without --url', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  const listenOn = async (host: string): Promise<string> => {
    const server = createServer((_request, response) => response.end()).listen(0, host);
    servers.push(server);
    await once(server, 'listening');
    return String((server.address() as AddressInfo).port);
  };

  const probe = async (env: Record<string, string>) => {
    const cli = ticketd(['probe'], env);
    const { code } = await cli.exit;
    return { code, stdout: cli.stdout, stderr: cli.stderr };
  };

  it('requests HOST', async () => {
    const PORT = await listenOn('127.0.0.2');
    const { code, stdout } = await probe({ HOST: '127.0.0.2', PORT });
    expect([code, stdout]).to.deep.equal([0, `http://127.0.0.2:${PORT}/health answered 200\n`]);
    expect((await probe({ HOST: '127.0.0.1', PORT })).code).to.equal(1);
  });

  for (const HOST of ['0.0.0.0', '0', '::ffff:0.0.0.0'])
    it(`requests 127.0.0.1 when HOST is "${HOST}"`, async () => {
      const PORT = await listenOn('127.0.0.1');
      const { code, stdout } = await probe({ HOST, PORT });
      expect([code, stdout]).to.deep.equal([0, `http://127.0.0.1:${PORT}/health answered 200\n`]);
    });

  for (const address of ['127.0.0.1', '::1', '::'])
    it(`requests this machine over IPv4 or IPv6 when HOST is not set, of a service at ${address}`, async () => {
      const PORT = await listenOn(address);
      for (const env of [{ PORT }, { PORT, HOST: '' }]) {
        const { code, stdout } = await probe(env);
        expect([code, stdout]).to.deep.equal([0, `http://localhost:${PORT}/health answered 200\n`]);
      }
    });

  for (const HOST of ['::', '0:0:0:0:0:0:0:0', '::1'])
    it(`requests [::1] when HOST is "${HOST}"`, async () => {
      const PORT = await listenOn('::1');
      const { code, stdout } = await probe({ HOST, PORT });
      expect([code, stdout]).to.deep.equal([0, `http://[::1]:${PORT}/health answered 200\n`]);
    });

  it('requests a host name', async () => {
    const PORT = await listenOn('localhost');
    expect((await probe({ HOST: 'localhost', PORT })).code).to.equal(0);
  });

  it('reports what to do when HOST and PORT make no valid URL', async () => {
    const { code, stderr } = await probe({ HOST: 'fe80::1%eth0', PORT: '3000' });
    expect([code, stderr]).to.deep.equal([1, 'ticketd: cannot ask at HOST and PORT: correct them or use --url\n']);
  });
});
