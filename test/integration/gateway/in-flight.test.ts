import { once } from 'node:events';
import { expect } from 'chai';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { turns } from '../../support/frozen-time.ts';
import { type GatewayRig, startGateway } from '../../support/gateway-rig.ts';
import { enter, knock, refused } from '../../support/knock.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { type RedeemStub, startRedeemStub } from '../../support/redeem-stub.ts';

describe('ticketd/gateway redeems in flight', () => {
  let ticketd: RedeemStub;
  let rig: GatewayRig;
  beforeEach(async () => {
    ticketd = await startRedeemStub();
    rig = await startGateway({ redeem: { url: ticketd.url, key: GATEWAY_KEY }, maxPending: 2 }, {}, 'as made');
  });
  afterEach(async () => {
    await rig.stop();
    ticketd.stop();
  });

  const urlFor = (ticket: string) => `${rig.url}/?ticket=${ticket}`;

  it('complete before close() resolves, and admit the client', async () => {
    const release = ticketd.hold();
    const upgraded = once(rig.server, 'upgrade');
    const answered = knock(urlFor(ticketd.issue()));
    await upgraded;
    let closed = false;
    const closing = rig.gateway.close().then(() => {
      closed = true;
    });
    await turns(50);
    expect(closed).to.equal(false);
    release();
    const answer = await answered;
    if ('socket' in answer) answer.socket.terminate();
    expect(answer.status).to.equal(101);
    await closing;
  });

  it('no longer count towards maxPending after a refusal', async () => {
    for (let count = 0; count < 20; count += 1) expect((await refused(urlFor(newTicket()))).status).to.equal(403);
    (await enter(urlFor(ticketd.issue()))).socket.terminate();
  });
});
