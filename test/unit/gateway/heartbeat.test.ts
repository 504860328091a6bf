import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { terminateWhenSilent } from '../../../src/gateway/heartbeat.ts';
import { freezeTime, passTime } from '../../support/frozen-time.ts';

const HEARTBEAT_MS = 30_000;

/** An open WebSocket that records its calls. */
const fakeWebSocket = () => {
  const calls: string[] = [];
  return Object.assign(new EventEmitter(), {
    calls,
    ping: () => void calls.push('ping'),
    terminate: () => void calls.push('terminate'),
  });
};

/** A connection whose traffic the test sets. */
const fakeConnection = () => {
  const traffic = { bytesRead: 0, writeQueueSize: 0, isPaused: false };
  const connection = Object.defineProperties(new Socket(), {
    bytesRead: { get: () => traffic.bytesRead },
    isPaused: { value: () => traffic.isPaused },
    _handle: { value: traffic },
  });
  return { connection, traffic };
};

describe('ticketd/gateway terminateWhenSilent()', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const start = () => {
    const webSocket = fakeWebSocket();
    const { connection, traffic } = fakeConnection();
    let silent = 0;
    terminateWhenSilent(webSocket, connection, HEARTBEAT_MS, () => {
      silent += 1;
    });
    return { webSocket, traffic, silent: () => silent };
  };

  const beats = async (count = 1) => {
    for (let n = 0; n < count; n += 1) {
      clock.tick(HEARTBEAT_MS);
      await passTime(clock, 0);
    }
  };

  it('pings, and terminates a client that has not answered by the next ping, once', async () => {
    const { webSocket, silent } = start();
    clock.tick(HEARTBEAT_MS - 1);
    await passTime(clock, 0);
    expect(webSocket.calls).to.deep.equal([]);
    await beats(2);
    expect({ calls: webSocket.calls, silent: silent() }).to.deep.equal({ calls: ['ping', 'terminate'], silent: 1 });
    await beats(3);
    expect({ calls: webSocket.calls.length, silent: silent(), timers: clock.countTimers() }).to.deep.equal({
      calls: 2,
      silent: 1,
      timers: 0,
    });
  });

  for (const moved of ['bytesRead', 'writeQueueSize'] as const)
    it(`continues to ping a client while ${moved} changes`, async () => {
      const { webSocket, traffic } = start();
      for (let n = 0; n < 4; n += 1) {
        traffic[moved] += 2;
        await beats();
      }
      expect(webSocket.calls).to.deep.equal(['ping', 'ping', 'ping', 'ping']);
      await beats();
      expect(webSocket.calls.at(-1)).to.equal('terminate');
    });

  it('does not terminate a connection that the application has paused', async () => {
    const { webSocket, traffic } = start();
    traffic.isPaused = true;
    await beats(3);
    traffic.isPaused = false;
    await beats();
    expect(webSocket.calls).to.deep.equal(['ping', 'ping', 'ping', 'terminate']);
  });

  it('reads a pong that arrived while this process was busy', async () => {
    const { webSocket, traffic } = start();
    await beats();
    clock.tick(HEARTBEAT_MS);
    // The event loop reads its sockets after its timers.
    setImmediate(() => {
      traffic.bytesRead += 6;
    });
    await passTime(clock, 0);
    expect(webSocket.calls).to.deep.equal(['ping', 'ping']);
  });

  it('leaves no timer when the connection closes', async () => {
    const { webSocket } = start();
    await beats();
    webSocket.emit('close');
    expect(clock.countTimers()).to.equal(0);
  });

  it('does nothing for a socket without ping() and for a connection that is not a socket of Node.js', () => {
    terminateWhenSilent(new EventEmitter(), new Socket(), HEARTBEAT_MS, () => {});
    terminateWhenSilent(fakeWebSocket(), new Duplex(), HEARTBEAT_MS, () => {});
    expect(clock.countTimers()).to.equal(0);
  });
});
