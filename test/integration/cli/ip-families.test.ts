import { expect } from 'chai';
import { SECRET } from '../../support/jwt.ts';
import { endAll, type Ticketd, ticketd } from '../../support/ticketd.ts';

// In a network of their own, so that other services of this machine do not get in the way.
const AS_ROOT = ['unshare', '--net'];
const AS_ANYONE = [...AS_ROOT, '--user', '--map-root-user'];
const UNSHARED = process.getuid?.() === 0 ? AS_ROOT : AS_ANYONE;

const networks: Readonly<Record<string, string>> = {
  'IPv4 and IPv6': 'true',
  'IPv6 only': 'ip address delete 127.0.0.1/8 dev lo',
  'IPv4 only': 'ip address delete ::1/128 dev lo',
};

/** Runs `ticketd serve` without HOST where the loopback interface was changed by a command. */
const serveIn = (change: string): Ticketd =>
  ticketd(
    ['serve'],
    { REDIS_URL: 'memory://', JWT_SECRET: SECRET },
    { through: [...UNSHARED, 'sh', '-c', `ip link set lo up && ${change} && exec "$@"`, 'sh'] },
  );

describe('serve without HOST', () => {
  afterEach(endAll);

  for (const [network, change] of Object.entries(networks))
    it(`is ready, and found by probe, in a network with ${network}`, async () => {
      const service = serveIn(change);
      await service.line(({ event, listener }) => event === 'server_listening' && listener === 'public');
      for (const { host } of service.linesOf('server_listening')) expect(host).to.equal('::');
      const through = ['nsenter', '--target', String(service.process.pid), '--net'];
      for (const what of ['live', 'ready']) {
        const probe = ticketd(
          ['probe', what],
          {},
          { through: UNSHARED === AS_ROOT ? through : [...through, '--user'] },
        );
        expect((await probe.exit).code, probe.output).to.equal(0);
      }
    });
});
