import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { prepareCaddy } from '../../support/proxies/caddy.ts';
import { prepareHaproxy } from '../../support/proxies/haproxy.ts';
import { prepareNginx } from '../../support/proxies/nginx.ts';
import { openSocket } from '../../support/proxies/open-socket.ts';
import { runProxy } from '../../support/proxies/proxy-process.ts';

/** Something in place of ticketd: it is ready, keeps connections open, and breaks off every second auth request. */
const startFickle = async (): Promise<{ server: Server; port: number; asked: () => number }> => {
  let asked = 0;
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/forward-auth/')) return void response.end('{}');
    asked += 1;
    if (asked % 2 === 0) request.socket.destroy();
    else response.writeHead(403).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port, asked: () => asked };
};

for (const [name, prepare] of Object.entries({ nginx: prepareNginx, caddy: prepareCaddy, haproxy: prepareHaproxy }))
  describe(`ops/deploy/proxies for ${name} when an auth request breaks off`, () => {
    it('returns 5xx and does not retry the auth request', async () => {
      const { server, port, asked } = await startFickle();
      const proxy = await runProxy(prepare, { ticketdPort: port, upstreamPort: port });
      try {
        const statuses: number[] = [];
        for (let handshakes = 0; handshakes < 4; handshakes += 1)
          statuses.push((await openSocket(`${proxy.url}/ws?ticket=${newTicket()}`)).status);
        expect(statuses.map((status) => (status >= 500 ? '5xx' : status))).to.deep.equal([403, '5xx', 403, '5xx']);
        expect(asked()).to.equal(4);
      } finally {
        await proxy.stop();
        server.closeAllConnections();
        server.close();
      }
    });
  });
