import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import type { Admission } from '../../../src/gateway/admission.ts';
import type { GatewayEvent } from '../../../src/gateway/events.ts';
import { type RefusalCode, UpgradeRefused } from '../../../src/gateway/refusal.ts';
import { type UpgradeHandlerOptions, upgradeHandlerFor } from '../../../src/gateway/upgrade-handler.ts';
import { fakeConnection } from '../../support/fake-upgrade.ts';
import { freezeTime, passTime } from '../../support/frozen-time.ts';
import { rejectionOf } from '../../support/rejection.ts';
import { upgradeMessage } from '../../support/upgrade-message.ts';

const ADMISSION = { subject: 'alice', sessionId: 's', traceId: 't', sessionExpiresIn: 60 } as Admission;

/** An open WebSocket that records its calls. */
const fakeWebSocket = () => {
  const calls: unknown[] = [];
  return Object.assign(new EventEmitter(), {
    calls,
    close: (code: number, reason: string) => void calls.push([code, reason]),
    terminate: () => void calls.push('terminate'),
  });
};

/** A WebSocket server that accepts each handshake, and its listeners' arguments. */
const fakeWebSocketServer = () => {
  const webSocket = fakeWebSocket();
  const handshakes: unknown[][] = [];
  const server = Object.assign(new EventEmitter(), {
    handleUpgrade: (
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (socket: typeof webSocket) => void,
    ) => {
      handshakes.push([request, socket, head]);
      done(webSocket);
    },
  });
  const connections: unknown[][] = [];
  server.on('connection', (...args: unknown[]) => connections.push(args));
  return { server, webSocket, handshakes, connections };
};

describe('ticketd/gateway protect() of a WebSocketServer', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const handshake = [upgradeMessage('/'), fakeConnection(), Buffer.from('x')] as const;
  const rig = (options: UpgradeHandlerOptions = {}) => {
    const fake = fakeWebSocketServer();
    const events: GatewayEvent[] = [];
    const tracked: unknown[][] = [];
    const care = {
      report: (event: GatewayEvent) => void events.push(event),
      track: (...args: unknown[]) => tracked.push([...args, fake.connections.length]),
    };
    return { ...fake, events, tracked, handler: upgradeHandlerFor(fake.server, options, care) };
  };

  it('emits a connection event with the admission', async () => {
    const { handler, handshakes, connections, webSocket } = rig();
    await handler.accept(...handshake, ADMISSION);
    expect(handshakes).to.deep.equal([[...handshake]]);
    expect(connections).to.deep.equal([[webSocket, handshake[0], ADMISSION]]);
    expect(webSocket.calls).to.deep.equal([]);
  });

  it('tracks the WebSocket before the connection event', async () => {
    const { handler, tracked, webSocket } = rig();
    await handler.accept(...handshake, ADMISSION);
    expect(tracked).to.deep.equal([[webSocket, ADMISSION, 0]]);
  });

  it('closes the WebSocket with 4003 at the end of the session by default and reports session_ended', async () => {
    for (const options of [{}, { closeAtSessionEnd: true }]) {
      const { handler, webSocket, events } = rig(options);
      await handler.accept(...handshake, ADMISSION);
      clock.tick(59_999);
      expect(webSocket.calls).to.deep.equal([]);
      clock.tick(1);
      expect(webSocket.calls).to.deep.equal([[4003, 'session ended']]);
      expect(events).to.deep.equal([
        { event: 'session_ended', level: 'info', traceId: 't', subject: 'alice', sessionId: 's' },
      ]);
    }
  });

  it('leaves the WebSocket open with closeAtSessionEnd: false', async () => {
    const { handler, webSocket, events } = rig({ closeAtSessionEnd: false });
    await handler.accept(...handshake, ADMISSION);
    expect(clock.countTimers()).to.equal(0);
    expect([...webSocket.calls, ...events]).to.deep.equal([]);
  });

  it('pings after 30 s by default, after heartbeatMs, and never with heartbeatMs: 0', async () => {
    for (const [options, ms] of [
      [{}, 30_000],
      [{ heartbeatMs: 5_000 }, 5_000],
      [{ heartbeatMs: 0 }, undefined],
    ] as const) {
      const { handler, server, webSocket } = rig({ closeAtSessionEnd: false, ...options });
      let pingedAt: number | undefined;
      Object.assign(webSocket, {
        ping: () => {
          pingedAt = performance.now();
        },
      });
      const [request, , head] = handshake;
      await handler.accept(request, new Socket(), head, ADMISSION);
      const startedAt = performance.now();
      await passTime(clock, 31_000);
      expect(pingedAt === undefined ? undefined : pingedAt - startedAt).to.equal(ms);
      webSocket.emit('close');
      server.removeAllListeners();
    }
  });

  it('handles the error event of an admitted or refused WebSocket', async () => {
    const { handler, webSocket } = rig({ refuse: 'close' });
    await handler.accept(...handshake, ADMISSION);
    expect(() => webSocket.emit('error', new Error('invalid frame'))).not.to.throw();
    const other = rig({ refuse: 'close' });
    await other.handler.refuse(...handshake, new UpgradeRefused('WS_TICKET_MISSING', { traceId: 't' }));
    expect(() => other.webSocket.emit('error', new Error('invalid frame'))).not.to.throw();
  });

  it('rejects with the error of a connection listener, also when the server accepts asynchronously', async () => {
    const { handler, server } = rig();
    const broken = new Error('broken');
    server.on('connection', () => {
      throw broken;
    });
    expect(await rejectionOf(handler.accept(...handshake, ADMISSION) as Promise<void>)).to.equal(broken);
    const { handleUpgrade } = server;
    server.handleUpgrade = (...args) => void setImmediate(() => handleUpgrade(...args));
    expect(await rejectionOf(handler.accept(...handshake, ADMISSION) as Promise<void>)).to.equal(broken);
  });

  it('refuses with an HTTP response by default', () => {
    for (const options of [{}, { refuse: 'http' }] as const) {
      const { handler, handshakes } = rig(options);
      const connection = fakeConnection();
      handler.refuse(handshake[0], connection, handshake[2], new UpgradeRefused('WS_TICKET_MISSING', { traceId: 't' }));
      expect(connection.sent).to.match(/^HTTP\/1.1 401 /);
      expect(handshakes).to.deep.equal([]);
    }
  });

  for (const [errorCode, closeCode] of [
    ['WS_TICKET_MISSING', 4004],
    ['WS_TICKET_NOT_REDEEMABLE', 4004],
    ['WS_TICKET_OUTCOME_UNKNOWN', 1013],
    ['WS_TICKET_REDIS_NOT_READY', 1013],
  ] as readonly [RefusalCode, number][])
    it(`closes with ${closeCode} for ${errorCode} with refuse: close, without a connection event`, async () => {
      const { handler, webSocket, connections } = rig({ refuse: 'close' });
      await handler.refuse(...handshake, new UpgradeRefused(errorCode, { traceId: 't' }));
      expect(webSocket.calls).to.deep.equal([[closeCode, errorCode]]);
      expect(connections).to.deep.equal([]);
      clock.tick(2000);
      expect(webSocket.calls[1]).to.equal('terminate');
    });
});
