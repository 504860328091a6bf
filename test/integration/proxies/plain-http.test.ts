import { expect } from 'chai';
import { prepareIngressNginx } from '../../support/proxies/ingress-nginx.ts';
import { programs } from '../../support/proxies/programs.ts';
import { type Stage, startStage } from '../../support/proxies/stage.ts';
import { until } from '../../support/until.ts';

const APP = 'http://app.example';
const FILE = '/files/report.txt';

const proxies = [
  ['nginx', 'nginx', programs.nginx],
  ['caddy', 'caddy', programs.caddy],
  ['haproxy', 'haproxy', programs.haproxy],
  ['ingress-nginx', 'nginx', prepareIngressNginx],
] as const;

for (const [name, location, prepare] of proxies)
  describe(`plain HTTP behind ${name}, as shipped`, () => {
    let stage: Stage;
    before(async () => {
      stage = await startStage(location, prepare);
    });
    after(() => stage.stop());

    // ingress-nginx cannot remove the used ticket.
    const left = (uri: string, ticket: string) => (name === 'ingress-nginx' ? `${uri}?ticket=${ticket}` : uri);

    it('passes each event of an EventSource on while the response is open', async () => {
      const { ticketFor, events, upstream, lastSeen, lastHeader } = stage;
      const ticket = await ticketFor({ path: '/events' });
      const stream = await events(`/events?ticket=${ticket}`);
      expect(stream.status).to.equal(200);
      await stream.untilReceived('data: hello');
      for (const data of ['one', 'two']) {
        upstream.sendEvent(data);
        await stream.untilReceived(`data: ${data}`);
      }
      stream.close();
      expect(lastSeen()?.uri).to.equal(left('/events', ticket));
      expect(lastHeader('x-ticketd-subject')).to.deep.equal(['alice']);
      expect(lastHeader('upgrade')).to.deep.equal([]);
    });

    it('passes a download once, and 401 and 403 without the upstream', async () => {
      const { ticketFor, get, upstream, lastSeen, asked } = stage;
      const uri = `${FILE}?ticket=${await ticketFor({ path: FILE })}&v=2`;
      const before = asked();
      const { status, headers, text } = await get(uri);
      expect({ status, text }).to.deep.equal({ status: 200, text: 'the whole report' });
      expect(headers['content-disposition']).to.equal('attachment; filename="report.txt"');
      await until('the auth request is logged', () => asked() > before);
      expect(asked()).to.equal(before + 1);
      expect(lastSeen()?.uri).to.equal(name === 'ingress-nginx' ? uri : `${FILE}?v=2`);
      const reached = upstream.seen.length;
      expect((await get(uri)).status).to.equal(403);
      expect((await get(`${FILE}?v=2`)).status).to.equal(401);
      expect(upstream.seen).to.have.length(reached);
    });

    it('opens nothing but its path with a ticket that has one', async () => {
      const { ticketFor, get, events, open, upstream, service } = stage;
      const query = async () => `?ticket=${await ticketFor({ path: FILE })}`;
      const reached = upstream.seen.length;
      for (const path of [
        '/files/other.txt',
        `${FILE}/`,
        `/${FILE}`,
        `/files/./report.txt`,
        '/files/%72eport.txt',
        '/',
      ])
        expect((await get(`${path}${await query()}`)).status, path).to.equal(403);
      expect((await events(`/events${await query()}`)).status).to.equal(403);
      expect((await open(`/ws${await query()}`)).status).to.equal(403);
      expect((await open('/ws', { protocols: [`ticketd.${await ticketFor({ path: FILE })}`] })).status).to.equal(403);
      expect(upstream.seen).to.have.length(reached);
      const reasons = service.eventsOf('ws_ticket_rejected').map(({ reason }) => reason);
      expect(reasons.slice(-9)).to.deep.equal(Array(9).fill('path'));
      expect((await open(`${FILE}${await query()}`)).status).to.equal(101);
    });

    it('lets a bound ticket pass without an Origin as the page and the path allow', async () => {
      const { ticketFor, get } = stage;
      const statusOf = async (path: string | undefined, headers: Readonly<Record<string, string>>) => {
        const wish = { origin: APP, ...(path !== undefined && { path }) };
        return (await get(`${FILE}?ticket=${await ticketFor(wish)}`, { Host: 'app.example', ...headers })).status;
      };
      const foreign = { 'Sec-Fetch-Site': 'same-origin', Host: 'evil.example' };
      // The controller does not report the host.
      const foreignHost = name === 'ingress-nginx' ? 200 : 403;
      for (const [headers, unbound, bound] of [
        [{ Origin: APP }, 200, 200],
        [{ Origin: 'http://evil.example', 'Sec-Fetch-Site': 'same-origin' }, 403, 403],
        [{ 'Sec-Fetch-Site': 'same-origin' }, 200, 200],
        [{ 'Sec-Fetch-Site': 'same-site' }, 403, 200],
        [{ 'Sec-Fetch-Site': 'none' }, 403, 200],
        [{ 'Sec-Fetch-Site': 'cross-site' }, 403, 403],
        [{}, 403, 200],
        [foreign, foreignHost, 200],
        [{ ...foreign, 'X-Forwarded-Host': 'app.example' }, foreignHost, 200],
      ] as const) {
        const statuses = [await statusOf(undefined, headers), await statusOf(FILE, headers)];
        expect(statuses, JSON.stringify(headers)).to.deep.equal([unbound, bound]);
      }
    });
  });
