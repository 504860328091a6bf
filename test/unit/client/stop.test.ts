import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { type ClientRig, createClientRig } from '../../support/client-rig.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('ticketd/client close() and final errors', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  /** Expects that the client has stopped with this last event and does nothing more. */
  const expectStopped = async (rig: ClientRig, last: string) => {
    const [requests, sockets] = [rig.requests.length, rig.sockets.length];
    await rig.pass(3_600_000);
    expect(rig.client.state).to.equal('stopped');
    expect(rig.journal.at(-1)).to.equal(last);
    expect([rig.requests.length, rig.sockets.length]).to.deep.equal([requests, sockets]);
    expect(clock.countTimers()).to.equal(0);
  };

  const final: readonly [status: number, errorCode: string, reason: string][] = [
    [401, 'AUTH_TOKEN_INVALID', 'unauthorized'],
    [403, 'FORBIDDEN', 'forbidden'],
    [400, 'BAD_REQUEST', 'invalid'],
    [404, 'NOT_FOUND', 'invalid'],
    [413, 'PAYLOAD_TOO_LARGE', 'invalid'],
  ];
  for (const [status, errorCode, reason] of final)
    it(`stops with reason ${reason} after ${status} ${errorCode}`, async () => {
      const rig = createClientRig(clock);
      await rig.pass(0);
      await rig.request().answer(status, { errorCode }, { 'Retry-After': '1' });
      await expectStopped(rig, `stopped ${reason} ${status} @ 0`);
      expect(rig.journal.at(-2)).to.equal(`ticket-error ${status} ${errorCode} @ 0`);
    });

  it('stops with reason revoked after a close with 4001', async () => {
    const rig = createClientRig(clock);
    await rig.open();
    rig.socket().end(4001, 'not redeemable');
    await expectStopped(rig, 'stopped revoked 4001 @ 0');
    expect(rig.journal.at(-2)).to.equal('close 4001 not redeemable @ 0');
  });

  it('stops with reason refused after a close code of finalCodes', async () => {
    const rig = createClientRig(clock, { finalCodes: [4001, 4100] });
    await rig.open();
    rig.socket().end(4100);
    await expectStopped(rig, 'stopped refused 4100 @ 0');
  });

  it('stops with reason invalid when the WebSocket constructor throws', async () => {
    function refuse() {
      throw new SyntaxError('the subprotocol is invalid');
    }
    const rig = createClientRig(clock, { WebSocket: refuse as never });
    const messages: unknown[] = [];
    rig.client.addEventListener('stopped', ({ message }) => void messages.push(message));
    await rig.pass(0);
    await rig.grant();
    await expectStopped(rig, 'stopped invalid @ 0');
    expect(messages).to.deep.equal(['SyntaxError: the subprotocol is invalid']);
  });

  describe('when the application calls close()', () => {
    it('closes an open socket with the code and reason of the call', async () => {
      const rig = createClientRig(clock);
      await rig.open();
      rig.client.close(4000, 'signed out');
      expect(rig.socket().closedWith).to.deep.equal([4000, 'signed out']);
      rig.socket().end(4000, 'signed out');
      rig.client.close();
      await expectStopped(rig, 'stopped closed @ 0');
      expect(rig.journal.slice(-2)).to.deep.equal(['close 4000 signed out @ 0', 'stopped closed @ 0']);
    });

    it('closes an open socket with 1000 by default', async () => {
      const rig = createClientRig(clock);
      await rig.open();
      rig.client.close();
      expect(rig.socket().closedWith).to.deep.equal([1000, '']);
    });

    it('throws a RangeError for a reserved code and leaves the socket open', async () => {
      const rig = createClientRig(clock);
      await rig.open();
      expect(() => rig.client.close(1002)).to.throw(RangeError);
      expect(rig.client.state).to.equal('open');
    });

    it('aborts a request in progress and ignores its response', async () => {
      const rig = createClientRig(clock);
      await rig.pass(0);
      rig.client.close();
      expect(rig.request().signal.aborted).to.equal(true);
      await rig.grant();
      await expectStopped(rig, 'stopped closed @ 0');
    });

    it('closes a socket in its handshake', async () => {
      const rig = createClientRig(clock);
      await rig.pass(0);
      await rig.grant();
      rig.client.close();
      expect(rig.socket().closedWith).to.not.equal(undefined);
      rig.socket().open();
      await expectStopped(rig, 'stopped closed @ 0');
    });

    it('cancels a pending retry', async () => {
      const rig = createClientRig(clock);
      await rig.pass(0);
      await rig.request().answer(500);
      rig.client.close();
      await expectStopped(rig, 'stopped closed @ 0');
    });

    for (const type of ['connecting', 'ticket', 'ticket-error', 'open', 'close', 'retry'] as const)
      it(`stops once when a listener of ${type} calls it`, async () => {
        const rig = createClientRig(clock);
        rig.client.addEventListener(type, () => rig.client.close());
        await rig.pass(0);
        if (type === 'ticket' || type === 'open' || type === 'close') await rig.grant();
        else if (type !== 'connecting') await rig.request().answer(500);
        if (type === 'open' || type === 'close') rig.socket().open();
        if (type === 'close') rig.socket().end();
        await expectStopped(rig, 'stopped closed @ 0');
        expect(rig.journal.filter((line) => line.startsWith('stopped'))).to.have.lengthOf(1);
        if (type === 'ticket') expect(rig.sockets).to.have.lengthOf(0);
      });

    it('reports reason closed when a listener calls it just before another stop', async () => {
      const rig = createClientRig(clock);
      rig.client.addEventListener('ticket-error', () => rig.client.close());
      rig.client.addEventListener('close', () => rig.client.close());
      await rig.pass(0);
      await rig.request().answer(401, { errorCode: 'AUTH_TOKEN_INVALID' });
      rig.client.connect();
      await rig.open();
      rig.socket().end(4001);
      expect(rig.journal.filter((line) => line.startsWith('stopped'))).to.deep.equal([
        'stopped closed @ 0',
        'stopped closed @ 0',
      ]);
    });

    it('reports stopped once for repeated calls', async () => {
      const rig = createClientRig(clock);
      rig.client.close();
      rig.client.close();
      await expectStopped(rig, 'stopped closed @ 0');
      expect(rig.journal).to.have.lengthOf(1);
    });
  });
});
