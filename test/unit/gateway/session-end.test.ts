import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { type ClosableSocket, closeAtSessionEnd, closeOrTerminate } from '../../../src/gateway/session-end.ts';
import { freezeTime } from '../../support/frozen-time.ts';

const DAY_MS = 86_400_000;

interface FakeSocket extends ClosableSocket {
  readonly calls: readonly unknown[];
  /** Calls the close listeners, as when the connection has closed. */
  end(): void;
}

const fakeSocket = (): FakeSocket => {
  const calls: unknown[] = [];
  const listeners: (() => void)[] = [];
  return {
    calls,
    close: (code, reason) => calls.push([code, reason]),
    terminate: () => calls.push('terminate'),
    once: (_event, listener) => listeners.push(listener),
    end: () => {
      for (const listener of listeners) listener();
    },
  };
};

describe('ticketd/gateway closeAtSessionEnd()', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime(1_700_000_000_000);
  });
  afterEach(() => clock.restore());

  const inMs = (ms: number) => ({ sessionExpiresIn: ms / 1000 });

  it('closes with 4003 when the session ends, not before, and reports it once', () => {
    const socket = fakeSocket();
    let reported = 0;
    closeAtSessionEnd(socket, inMs(60_000), () => {
      reported += 1;
    });
    clock.tick(59_999);
    expect(socket.calls).to.deep.equal([]);
    clock.tick(1);
    expect(socket.calls).to.deep.equal([[4003, 'session ended']]);
    socket.end();
    clock.tick(DAY_MS);
    expect({ reported, calls: socket.calls.length, timers: clock.countTimers() }).to.deep.equal({
      reported: 1,
      calls: 1,
      timers: 0,
    });
  });

  it('does nothing for a socket that has closed already', () => {
    const socket = Object.assign(fakeSocket(), { readyState: 3 });
    closeAtSessionEnd(socket, inMs(60_000));
    expect({ calls: socket.calls, timers: clock.countTimers() }).to.deep.equal({ calls: [], timers: 0 });
  });

  it('closes immediately when the session has already ended', () => {
    for (const left of [0, -1]) {
      const socket = fakeSocket();
      closeAtSessionEnd(socket, inMs(left));
      expect(socket.calls).to.deep.equal([[4003, 'session ended']]);
    }
  });

  it('closes after 100 days, which is longer than a timer can wait', () => {
    const socket = fakeSocket();
    closeAtSessionEnd(socket, inMs(100 * DAY_MS));
    clock.tick(100 * DAY_MS - 1);
    expect(socket.calls).to.deep.equal([]);
    clock.tick(1);
    expect(socket.calls).to.have.length(1);
  });

  for (const [what, step] of [
    ['ahead', 20 * DAY_MS],
    ['back', -20 * DAY_MS],
  ] as const)
    it(`closes after sessionExpiresIn when the clock is set ${what} meanwhile`, () => {
      const socket = fakeSocket();
      closeAtSessionEnd(socket, inMs(3 * DAY_MS));
      clock.setSystemTime(Date.now() + step);
      clock.tick(3 * DAY_MS - 1);
      expect(socket.calls).to.deep.equal([]);
      clock.tick(1);
      expect(socket.calls).to.deep.equal([[4003, 'session ended']]);
    });

  it('leaves no timer when the connection closes before the session ends', () => {
    const socket = fakeSocket();
    closeAtSessionEnd(socket, inMs(60_000));
    expect(clock.countTimers()).to.equal(1);
    socket.end();
    expect(clock.countTimers()).to.equal(0);
  });

  it('does not terminate a connection that the client closes in time', () => {
    const socket = fakeSocket();
    closeOrTerminate(socket, 1013, 'later');
    socket.end();
    clock.tick(DAY_MS);
    expect(socket.calls).to.deep.equal([[1013, 'later']]);
  });

  it('terminates a connection that the client does not close within 2 s', () => {
    const socket = fakeSocket();
    closeOrTerminate(socket, 1013, 'later');
    clock.tick(1999);
    expect(socket.calls).to.deep.equal([[1013, 'later']]);
    clock.tick(1);
    expect(socket.calls).to.deep.equal([[1013, 'later'], 'terminate']);
  });
});
