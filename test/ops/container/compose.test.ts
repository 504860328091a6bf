import { expect } from 'chai';
import { WebSocket } from 'ws';
import { ask, askTicket } from '../../support/ask.ts';
import { freePort } from '../../support/free-port.ts';
import { SECRET } from '../../support/jwt.ts';
import { rejectionOf } from '../../support/rejection.ts';
import { until } from '../../support/until.ts';
import { type Compose, composeWith } from './support/compose.ts';
import { docker, type EventWatch, watchEvents } from './support/docker.ts';
import { BUILD_TIMEOUT_MS, buildImage } from './support/image.ts';

describe('ops/try/compose.yml', () => {
  it('fails and names JWT_SECRET when it is not set', async () => {
    const compose = await composeWith({});
    expect((await rejectionOf(compose('config', '-q'))).message).to.match(/JWT_SECRET.*must be set/s);
  });

  it('is valid for docker compose config', async () => {
    const compose = await composeWith({ JWT_SECRET: SECRET });
    expect(await compose('config', '-q')).to.equal('');
  });

  describe('after docker compose up', () => {
    let compose: Compose;
    let watch: EventWatch;
    let url: string;
    let socketUrl: string;

    before(async function () {
      this.timeout(BUILD_TIMEOUT_MS);
      const [port, socketPort] = [await freePort(), await freePort()];
      url = `http://127.0.0.1:${port}`;
      socketUrl = `ws://127.0.0.1:${socketPort}`;
      compose = await composeWith({
        JWT_SECRET: SECRET,
        TICKETD_IMAGE: await buildImage(),
        TICKETD_PORT: String(port),
        GATEWAY_IMAGE: await buildImage('ticketd-example-gateway:test'),
        NGINX_IMAGE: await buildImage('ticketd-nginx:test'),
        NGINX_PORT: String(socketPort),
      });
      watch = watchEvents();
      await compose('up', '--detach', '--no-build');
      await until('a ticket', () => newTicket().catch(() => undefined));
      await until('nginx', async () => (await knock('')) === '401');
    });
    after(async () => {
      watch.stop();
      await compose('down', '--timeout', '0', '--volumes');
    });

    const newTicket = async (): Promise<string> => {
      const { status, body } = await askTicket(url);
      expect(status).to.equal(200);
      return body.ticket as string;
    };

    /** The result of a handshake: the first message, or the status of the refusal. */
    const knock = (query: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${socketUrl}/${query}`);
        socket.once('message', (data) => resolve(String(data)));
        socket.once('message', () => socket.close());
        socket.once('unexpected-response', (request, { statusCode }) => {
          request.destroy();
          resolve(String(statusCode));
        });
        socket.on('error', ({ message }) => resolve(message));
      });

    const inspect = async (service: string) =>
      JSON.parse(await docker('inspect', '--format={{json .}}', await compose('ps', '--quiet', service)));

    it('starts ticketd only after Redis is healthy', async () => {
      expect((await ask(`${url}/ready`)).status).to.equal(200);
      const [redis, ticketd] = [await inspect('redis'), await inspect('ticketd')];
      const started = `${ticketd.Id} start`;
      await until('the start event arrives', () => watch.events.includes(started));
      expect(watch.events.slice(0, watch.events.indexOf(started))).to.include(`${redis.Id} health_status: healthy`);
      expect(ticketd.RestartCount).to.equal(0);
    });

    it('opens one WebSocket per ticket and passes the subject through nginx', async () => {
      const ticket = await newTicket();
      expect(await knock(`?ticket=${ticket}`)).to.equal('hello alice');
      expect(await knock(`?ticket=${ticket}`)).to.equal('403');
      expect(await knock('')).to.equal('401');
    });

    it('runs containers with a read-only root, no capabilities and an unprivileged user', async () => {
      for (const service of ['redis', 'ticketd', 'gateway', 'nginx']) {
        const { Config, HostConfig } = await inspect(service);
        expect(HostConfig, service).to.deep.include({ ReadonlyRootfs: true, CapDrop: ['ALL'] });
        expect(HostConfig.SecurityOpt).to.deep.equal(['no-new-privileges:true']);
        expect(Config.User).to.match(/^(redis|1000:1000|101:101)$/);
      }
    });

    it('returns 503 during a Redis outage, also through nginx', async () => {
      const ticket = await newTicket();
      await compose('kill', 'redis');
      await until('not ready', async () => (await ask(`${url}/ready`)).status === 503);
      expect(await knock(`?ticket=${ticket}`)).to.equal('503');
    });
  });
});
