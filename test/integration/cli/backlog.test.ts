import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { SECRET } from '../../support/jwt.ts';
import { endAll, serve } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

// The kernel may allow fewer.
const AT_ONCE = Math.min(2000, Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8')));

describe('listen backlog', () => {
  const sockets: Socket[] = [];

  after(async () => {
    for (const socket of sockets) socket.destroy();
    await endAll();
  });

  it('accepts and answers 2,000 connections that arrive while ticketd is busy', async () => {
    const service = serve({ REDIS_URL: 'memory://', JWT_SECRET: SECRET });
    const { hostname: host, port } = new URL(await service.url());
    service.process.kill('SIGSTOP');
    let connected = 0;
    let answered = 0;
    for (let n = 0; n < AT_ONCE; n += 1) {
      const socket = connect({ host, port: Number(port) }, () => {
        connected += 1;
      });
      socket.once('data', (answer) => {
        if (answer.toString('latin1').startsWith('HTTP/1.1 200 ')) answered += 1;
      });
      socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
      sockets.push(socket);
    }
    await until('all are connected', () => connected === AT_ONCE);
    service.process.kill('SIGCONT');
    await until('all are answered', () => answered === AT_ONCE);
    expect(service.linesOf('connection_dropped')).to.deep.equal([]);
  });
});
