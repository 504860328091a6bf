import { createServer, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { createGateway } from '../../../src/gateway/gateway.ts';
import { type FakeTicketd, startFakeTicketd } from '../../support/fake-ticketd.ts';
import { type GatewayRig, listen, startGateway } from '../../support/gateway-rig.ts';
import { enter } from '../../support/knock.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { positionOf } from '../../support/revocations.ts';
import { until } from '../../support/until.ts';

const REVOKED = [4001, 'session revoked'];

describe('ticketd/gateway with the feed of revocations', () => {
  let ticketd: FakeTicketd;
  let rig: GatewayRig;
  beforeEach(async () => {
    ticketd = await startFakeTicketd();
  });
  afterEach(async () => {
    await rig.stop();
    ticketd.stop();
  });

  const start = async () => {
    rig = await startGateway({ redeem: { url: ticketd.url, key: GATEWAY_KEY } }, {}, 'as made');
    await feedNumber(1);
  };
  const feedNumber = (count: number) => until(`feed ${count} is open`, () => ticketd.feeds[count - 1]);
  const open = (subject: string, ...keys: string[]) => enter(`${rig.url}?ticket=${ticketd.issue(subject, ...keys)}`);
  const isOpen = ({ socket }: Awaited<ReturnType<typeof open>>) => socket.readyState === socket.OPEN;
  const revoked = () => rig.eventsOf('socket_revoked').map(({ subject }) => subject);

  it('closes the sockets of a revoked session with 4001, reports each once, and leaves others open', async () => {
    await start();
    const [first, second] = [await open('alice', 'alice', 's1'), await open('alice', 'alice', 's2')];
    const other = await open('bob', 'bob', 's3');
    expect(rig.gateway.sessions().map(({ subject, sockets }) => [subject, sockets])).to.deep.equal([
      ['alice', 2],
      ['bob', 1],
    ]);
    ticketd.revoke('s1');
    expect(await first.closed).to.deep.equal(REVOKED);
    expect([isOpen(second), isOpen(other)]).to.deep.equal([true, true]);
    ticketd.revoke('alice');
    expect(await second.closed).to.deep.equal(REVOKED);
    expect(isOpen(other)).to.equal(true);
    expect(rig.eventsOf('socket_revoked')).to.deep.equal(
      [0, 1].map((at) => {
        const { traceId, subject, sessionId } = rig.letIn[at]?.admission ?? expect.fail();
        const { delayMs } = rig.eventsOf('socket_revoked')[at] ?? expect.fail();
        return { event: 'socket_revoked', level: 'info', traceId, subject, sessionId, delayMs };
      }),
    );
    expect(ticketd.feeds.map(({ authorization }) => authorization)).to.deep.equal([`Bearer ${GATEWAY_KEY}`]);
  });

  it('closes a socket whose revocation arrives during its redeem, and not one of a ticket after it', async () => {
    await start();
    const witness = await open('alice', 'alice');
    const release = ticketd.holdRedeems();
    const racing = open('racer', 'alice');
    await until('the redeem has arrived', () => ticketd.redeems === 2);
    ticketd.revoke('alice');
    await witness.closed;
    release();
    expect(await (await racing).closed).to.deep.equal(REVOKED);
    const newer = await open('alice', 'alice');
    ticketd.revoke('bob');
    const bob = await open('bob', 'bob');
    ticketd.revoke('bob');
    await bob.closed;
    expect(isOpen(newer)).to.equal(true);
    expect(revoked()).to.deep.equal(['alice', 'racer', 'bob']);
  });

  it('resumes after the last entry that was complete when the connection is cut', async () => {
    await start();
    const sockets = [await open('a', 'a'), await open('b', 'b'), await open('c', 'c')] as const;
    ticketd.revoke('a');
    await sockets[0].closed;
    ticketd.revoke('b', (response, frame) => cutAfter(response, frame.slice(0, -1)));
    const { lastEventId } = await feedNumber(2);
    expect(lastEventId).to.equal(positionOf(1));
    expect(await sockets[1].closed).to.deep.equal(REVOKED);
    (await feedNumber(2)).response.socket?.destroy();
    await feedNumber(3);
    ticketd.revoke('c');
    expect(await sockets[2].closed).to.deep.equal(REVOKED);
    expect(revoked()).to.deep.equal(['a', 'b', 'c']);
    expect(ticketd.feeds.map((feed) => feed.lastEventId)).to.deep.equal([undefined, positionOf(1), positionOf(2)]);
  });

  it('reads from the lowest position of its sockets on where it has never connected, and closes no newer one', async () => {
    ticketd.answerFeeds((_request, response) => void response.writeHead(503).end());
    await start();
    ticketd.revoke('x');
    const socket = await open('alice', 'alice');
    ticketd.revoke('alice');
    const newer = await open('alice', 'alice', 'bob');
    ticketd.answerFeeds();
    expect(await socket.closed).to.deep.equal(REVOKED);
    expect(ticketd.feeds.at(-1)?.lastEventId).to.equal(positionOf(1));
    expect(isOpen(newer)).to.equal(true);
    ticketd.revoke('bob');
    expect(await newer.closed).to.deep.equal(REVOKED);
  });

  it('reads entries in parts of one byte, also within a character and a line break', async () => {
    await start();
    const { closed } = await open('alice', 'kä');
    ticketd.revoke('kä', (response, frame) =>
      writeBytes(response, `: ping €\r\n\r\n${frame.replaceAll('\n', '\r\n')}`),
    );
    expect(await closed).to.deep.equal(REVOKED);
  });

  it('reports malformed entries and reads the next one', async () => {
    await start();
    const { closed } = await open('alice', 'alice');
    const garbage = `id: ${positionOf(0)}\nevent: revoked\ndata: {"key"\n\nevent: revoked\ndata: {"key":"alice"}\n\n\0\xff\n\n:\n:\n\n`;
    ticketd.feeds[0]?.response.write(garbage);
    ticketd.revoke('alice');
    expect(await closed).to.deep.equal(REVOKED);
    expect(rig.eventsOf('revocation_malformed').map(({ error }) => error)).to.deep.equal([
      `the entry ${positionOf(0)} of the feed has no key`,
      'an entry of the feed has no position',
    ]);
  });

  it('ends the feed with close(), and opens no other', async () => {
    await start();
    await open('alice', 'alice');
    await rig.gateway.close();
    await ticketd.feeds[0]?.closed;
    expect(ticketd.feeds).to.have.lengthOf(1);
    expect(rig.letIn[0]?.socket.readyState).to.equal(1);
  });

  it('follows from track() on, for code that authenticates by itself', async () => {
    await start();
    const gateway = createGateway({ redeem: { url: ticketd.url, key: GATEWAY_KEY } });
    const sockets = new WebSocketServer({ noServer: true });
    const server = createServer().on('upgrade', async (request, socket, head) => {
      const admission = await gateway.authenticateUpgrade(request);
      sockets.handleUpgrade(request, socket as Socket, head, (webSocket) => gateway.track(webSocket, admission));
    });
    const url = `ws://127.0.0.1:${await listen(server)}`;
    const { closed } = await enter(`${url}?ticket=${ticketd.issue('alice', 'alice')}`);
    await feedNumber(2);
    ticketd.revoke('alice');
    expect(await closed).to.deep.equal(REVOKED);
    await gateway.close();
    server.close();
  });
});

/** Sends the text, then resets the connection once the gateway has had it. */
const cutAfter = (response: ServerResponse, text: string): void =>
  void response.write(text, () => setImmediate(() => response.socket?.destroy()));

const writeBytes = async (response: ServerResponse, text: string): Promise<void> => {
  response.socket?.setNoDelay(true);
  for (const byte of Buffer.from(text)) await new Promise((resolve) => response.write(Buffer.of(byte), resolve));
};
