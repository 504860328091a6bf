import { expect } from 'chai';
import { prepareCaddyWithoutEmptyCopies } from '../../support/proxies/caddy.ts';
import { programNames } from '../../support/proxies/programs.ts';
import { type Stage, startStage } from '../../support/proxies/stage.ts';

const SPOOFED = {
  'X-Ticketd-Issuer': 'https://evil.example',
  'X-Ticketd-Subject': 'root',
  'x-ticketd-session': 'another',
  'X-Ticketd-Audience': 'admin',
  'X-TICKETD-CHANNEL': 'secret',
  'X-Ticketd-Claims': '{"roles":["admin"]}',
  'X-Ticketd-Session-Expires': 'never',
};

for (const name of programNames)
  describe(`ops/deploy/proxies for ${name}: request to the upstream`, () => {
    let stage: Stage;
    before(async () => {
      stage = await startStage(name);
    });
    after(() => stage.stop());

    for (const [before, after, left] of [
      ['?', '', '/ws'],
      ['?', '&room=7&a=%20b', '/ws?room=7&a=%20b'],
      ['?room=7&', '', '/ws?room=7'],
      ['?room=7&', '&a=b', '/ws?room=7&a=b'],
      ['?myticket=5&', '&tickets=6', '/ws?myticket=5&tickets=6'],
    ])
      it(`has the URI ${left} for a ticket in /ws${before}…${after}`, async () => {
        const { ticketFor, open, lastSeen } = stage;
        expect((await open(`/ws${before}ticket=${await ticketFor()}${after}`)).status).to.equal(101);
        expect(lastSeen()?.uri).to.equal(left);
      });

    it('has an unchanged URI for a ticket in the subprotocol', async () => {
      const { ticketFor, open, lastSeen } = stage;
      const protocols = ['chat.v1', `ticketd.${await ticketFor()}`];
      expect((await open('/ws/a%2Fb?myticket=5&x', { protocols })).status).to.equal(101);
      expect(lastSeen()?.uri).to.equal('/ws/a%2Fb?myticket=5&x');
    });

    for (const [place, offer] of [
      ['which came first', (ticket: string) => [ticket, 'chat.v0', 'chat.v1']],
      ['which came last', (ticket: string) => ['chat.v0', 'chat.v1', ticket]],
      ['which came in the middle', (ticket: string) => ['chat.v0', ticket, 'chat.v1']],
    ] as const)
      it(`has the subprotocols without the ticket, ${place}, and the response has one of them`, async () => {
        const { ticketFor, open, lastHeader } = stage;
        const protocols = offer(`ticketd.${await ticketFor()}`);
        const { status, protocol } = await open('/ws', { protocols });
        expect({ status, protocol }).to.deep.equal({ status: 101, protocol: 'chat.v1' });
        expect(
          lastHeader('sec-websocket-protocol')
            .join()
            .split(/\s*,\s*/),
        ).to.deep.equal(['chat.v0', 'chat.v1']);
      });

    it('has no subprotocol when the ticket was the only one', async () => {
      const { ticketFor, open, lastHeader } = stage;
      const headers = { 'Sec-WebSocket-Protocol': `ticketd.${await ticketFor()}` };
      expect((await open('/ws', { headers })).status).to.equal(101);
      expect(lastHeader('sec-websocket-protocol')).to.deep.equal([]);
    });

    it('has the identity headers of the ticket, and none that the client sent', async () => {
      const { ticketFor, open, lastHeader, lastSeen } = stage;
      const ticket = await ticketFor({ channel: 'room/ü' });
      expect((await open(`/ws?ticket=${ticket}`, { headers: SPOOFED })).status).to.equal(101);
      expect(lastHeader('x-ticketd-issuer').join()).to.equal('');
      expect(lastHeader('x-ticketd-subject')).to.deep.equal(['alice']);
      expect(lastHeader('x-ticketd-session')).to.deep.equal(['session-1']);
      expect(lastHeader('x-ticketd-channel')).to.deep.equal(['room/%C3%BC']);
      expect(lastHeader('x-ticketd-audience').join()).to.equal('');
      expect(lastHeader('x-ticketd-claims').join()).to.equal('');
      expect(Date.parse(lastHeader('x-ticketd-session-expires').join())).to.be.above(Date.now());
      expect(JSON.stringify(lastSeen())).not.to.match(/evil|root|another|admin|secret|never/);
    });

    it('has no duplicate identity header of the client, nor one with underscores', async () => {
      const { ticketFor, open, lastSeen } = stage;
      for (const [headers, caddyStatus] of [
        [{ 'X-Ticketd-Subject': ['root', 'admin'] }, 101],
        // Caddy removes only names with hyphens, and shows ticketd this one, which refuses it.
        [{ X_Ticketd_Subject: 'root' }, 403],
      ] as const) {
        const { status } = await open(`/ws?ticket=${await ticketFor()}`, { headers });
        expect(status).to.equal(name === 'caddy' ? caddyStatus : 101);
        expect(JSON.stringify(lastSeen())).not.to.match(/root|admin/);
      }
    });

    it('has the longest possible channel', async () => {
      const { ticketFor, open, lastHeader } = stage;
      expect((await open(`/ws?ticket=${await ticketFor({ channel: '部'.repeat(256) })}`)).status).to.equal(101);
      expect(lastHeader('x-ticketd-channel')).to.deep.equal(['%E9%83%A8'.repeat(256)]);
    });
  });

describe('ops/deploy/proxies for a Caddy that copies no empty header', () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage('caddy', prepareCaddyWithoutEmptyCopies);
  });
  after(() => stage.stop());

  it('sends the upstream no identity header of the client, in a handshake or a plain request', async () => {
    const { ticketFor, open, get, lastHeader, lastSeen } = stage;
    const uri = async () => `/ws?ticket=${await ticketFor()}`;
    for (const request of [
      async () => (await open(await uri(), { headers: SPOOFED })).status,
      async () => (await get(await uri(), SPOOFED)).status,
    ]) {
      expect(await request()).to.be.oneOf([101, 200]);
      expect(lastHeader('x-ticketd-subject')).to.deep.equal(['alice']);
      for (const header of ['x-ticketd-channel', 'x-ticketd-claims']) expect(lastHeader(header)).to.deep.equal([]);
      expect(JSON.stringify(lastSeen())).not.to.match(/evil|root|another|admin|secret|never/);
    }
  });
});
