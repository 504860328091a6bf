import { expect } from 'chai';
import { ask, askTicket } from '../../support/ask.ts';
import { freePort } from '../../support/free-port.ts';
import { SECRET } from '../../support/jwt.ts';
import { rejectionOf } from '../../support/rejection.ts';
import { until } from '../../support/until.ts';
import { type Compose, composeWith } from './support/compose.ts';
import { docker } from './support/docker.ts';
import { BUILD_TIMEOUT_MS, buildImage } from './support/image.ts';

const EVENTS = ['--filter=type=container', '--format={{.Actor.ID}} {{.Action}}'];

describe('ops/compose.yml', () => {
  it('says which variable it lacks', async () => {
    const compose = await composeWith({});
    expect((await rejectionOf(compose('config', '-q'))).message).to.match(/JWT_SECRET.*must be set/s);
  });

  it('is taken by Compose', async () => {
    const compose = await composeWith({ JWT_SECRET: SECRET });
    expect(await compose('config', '-q')).to.equal('');
  });

  describe('brought up', () => {
    let since: string;
    let compose: Compose;
    let url: string;

    before(async function () {
      this.timeout(BUILD_TIMEOUT_MS);
      const port = await freePort();
      url = `http://127.0.0.1:${port}`;
      const image = await buildImage();
      compose = await composeWith({ JWT_SECRET: SECRET, TICKETD_IMAGE: image, TICKETD_PORT: String(port) });
      since = String(Date.now() / 1000);
      await compose('up', '--detach', '--no-build');
    });
    after(() => compose('down', '--timeout', '0', '--volumes'));

    const inspect = async (service: string) =>
      JSON.parse(await docker('inspect', '--format={{json .}}', await compose('ps', '--quiet', service)));

    it('starts the service once Redis is healthy, and gives tickets', async () => {
      const { status } = await until('a ticket', () => askTicket(url).catch(() => undefined));
      expect(status).to.equal(200);
      expect((await ask(`${url}/ready`)).status).to.equal(200);
      const [redis, ticketd] = [await inspect('redis'), await inspect('ticketd')];
      const told = await docker('events', '--since', since, '--until', String(Date.now() / 1000), ...EVENTS);
      const events = told.split('\n');
      const healthyAt = events.indexOf(`${redis.Id} health_status: healthy`);
      expect(healthyAt).to.be.above(-1);
      expect(events.indexOf(`${ticketd.Id} start`)).to.be.above(healthyAt);
      expect(ticketd.RestartCount).to.equal(0);
    });

    it('takes from its containers what they do not need', async () => {
      for (const service of ['redis', 'ticketd']) {
        const { Config, HostConfig } = await inspect(service);
        expect(HostConfig, service).to.deep.include({ ReadonlyRootfs: true, CapDrop: ['ALL'] });
        expect(HostConfig.SecurityOpt).to.deep.equal(['no-new-privileges:true']);
        expect(Config.User).to.match(/^(redis|1000:1000)$/);
      }
    });
  });
});
