import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { freezeTime } from '../../support/frozen-time.ts';
import { fc } from '../../support/property.ts';
import { LOST_CALL, positionOf, REVOKED_CALL, watchRig } from '../../support/revocations.ts';

const MINUTE_MS = 60_000;

describe('ticketd/gateway revocation of open sockets', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const connected = (at = 0, random?: () => number) => {
    const rig = watchRig(random);
    rig.feed.onConnected(positionOf(at));
    return rig;
  };

  it('closes every socket that has the key and an earlier position, once, and no other', () => {
    const { open, revoke, events } = connected();
    const first = open(['alice', 'session-1'], 1);
    const second = open(['alice', 'session-2'], 1);
    const newer = open(['alice', 'session-3'], 5);
    const other = open(['bob'], 1);
    clock.setSystemTime(5250);
    revoke('alice', 5);
    revoke('session-1', 6);
    expect([first, second, newer, other].map(({ calls }) => calls)).to.deep.equal([
      [REVOKED_CALL],
      [REVOKED_CALL],
      [],
      [],
    ]);
    const revoked = { event: 'socket_revoked', level: 'info', subject: 'alice', sessionId: 'session-1', delayMs: 250 };
    expect(events).to.deep.equal([
      { ...revoked, traceId: 'alice,session-1' },
      { ...revoked, traceId: 'alice,session-2' },
    ]);
  });

  it('terminates a revoked socket that does not close within 2 s', () => {
    const { open, revoke } = connected();
    const [silent, closing] = [open(['alice'], 0), open(['alice'], 0)];
    revoke('alice', 1);
    closing.emit('close');
    clock.tick(2000);
    expect([silent.calls, closing.calls]).to.deep.equal([[REVOKED_CALL, 'terminate'], [REVOKED_CALL]]);
  });

  it('reports a delayMs of 0 when the clock of Redis is ahead', () => {
    const { open, revoke, events } = connected();
    open(['alice'], 0);
    revoke('alice', 60);
    expect(events[0]).to.include({ event: 'socket_revoked', delayMs: 0 });
  });

  it('closes a socket that registers within 60 s after its revocation, and not one of a newer ticket', () => {
    const { open, revoke } = connected();
    for (const position of [1, 2, 3]) revoke('alice', position);
    clock.tick(MINUTE_MS - 1);
    expect(open(['bob', 'alice'], 0).calls).to.deep.equal([REVOKED_CALL]);
    expect(open(['alice'], undefined).calls).to.deep.equal([REVOKED_CALL]);
    expect(open(['alice'], 3).calls).to.deep.equal([]);
    expect(open(['bob'], 0).calls).to.deep.equal([]);
  });

  it('closes with 1013 a socket that registers when entries after its position are forgotten', () => {
    const { open, revoke, events } = connected();
    revoke('alice', 2);
    clock.tick(MINUTE_MS);
    expect(open(['bob'], 1).calls).to.deep.equal([LOST_CALL]);
    expect(events.at(-1)).to.deep.equal({ event: 'revocations_reset', level: 'warn', sockets: 1 });
    expect(open(['bob'], 2).calls).to.deep.equal([]);
    expect(open(['bob'], undefined).calls).to.deep.equal([]);
    expect(open([], undefined).calls).to.deep.equal([]);
    expect(open([], 1).calls).to.deep.equal([]);
  });

  it('does not keep more than 60 s of entries, however many there are', () => {
    const { open, revoke } = connected();
    for (let n = 1; n <= 120; n += 1) {
      revoke(`key-${n}`, n);
      clock.tick(1000);
    }
    // Entries 1 to 60 are 60 s old and more.
    expect(open(['key-61'], 60).calls).to.deep.equal([REVOKED_CALL]);
    expect(open(['key-61'], 59).calls).to.deep.equal([REVOKED_CALL]);
    expect(open(['key-60'], 59).calls).to.deep.equal([LOST_CALL]);
  });

  it('asks for entries after the lowest position of the open sockets until it has connected, then after the last', () => {
    const { watch, feed, open, revoke } = watchRig();
    expect(feed.resumeFrom()).to.equal(undefined);
    open(['alice'], 7);
    const oldest = open(['bob'], 3);
    open(['carol'], undefined);
    expect(feed.resumeFrom()).to.equal(positionOf(3));
    oldest.emit('close');
    expect(feed.resumeFrom()).to.equal(positionOf(7));
    feed.onConnected(positionOf(7));
    revoke('x', 9);
    feed.onLost('cut');
    expect([feed.resumeFrom(), watch.position()]).to.deep.equal([positionOf(9), positionOf(9)]);
    feed.onReset(positionOf(4));
    expect(feed.resumeFrom()).to.equal(positionOf(4));
  });

  it('closes with 1013 the sockets that may have missed entries before the first feed, and no other', () => {
    const { feed, open, events } = watchRig();
    const [older, newer, unknown] = [open(['alice'], 1), open(['alice'], 2), open(['alice'], undefined)];
    const withoutKeys = open([], undefined);
    expect(unknown.calls).to.deep.equal([]);
    feed.onConnected(positionOf(2));
    // Without a position nothing proves that no entry before the feed concerned the socket.
    expect([older, newer, unknown, withoutKeys].map(({ calls }) => calls)).to.deep.equal([
      [LOST_CALL],
      [],
      [LOST_CALL],
      [],
    ]);
    expect(events).to.deep.equal([{ event: 'revocations_reset', level: 'warn', sockets: 2 }]);
    feed.onLost('cut');
    feed.onConnected(positionOf(3));
    expect(newer.calls).to.deep.equal([]);
  });

  it('spreads the closes of a reset over 60 s, revokes meanwhile, and leaves new sockets open', () => {
    const delays = [0.5, 0, 0.25, 0.999];
    const { feed, open, revoke, events } = connected(0, () => delays.shift() ?? expect.fail());
    const names = ['a', 'b', 'c', 'd'];
    const sockets = names.map((name) => open([name], 0));
    const withoutKeys = open([], undefined);
    const left: string[] = [];
    sockets.forEach((socket, at) => {
      socket.close = (code, reason) => {
        socket.calls.push([code, reason]);
        left.push(`${names[at]} ${code} ${performance.now()}`);
        socket.emit('close');
      };
    });
    feed.onReset(positionOf(5));
    const newer = open(['c'], 5);
    clock.tick(20_000);
    revoke('d', 6);
    clock.tick(2 * MINUTE_MS);
    expect(left).to.deep.equal(['b 1013 0', 'c 1013 15000', 'd 4001 20000', 'a 1013 30000']);
    expect(withoutKeys.calls).to.deep.equal([]);
    expect(newer.calls).to.deep.equal([]);
    expect(events[0]).to.deep.equal({ event: 'revocations_reset', level: 'warn', sockets: 4 });
  });

  it('closes after a second reset the new sockets, and the others when they were to close', () => {
    const delays = [0.1, 0.9];
    const { feed, open, events } = connected(0, () => delays.shift() ?? expect.fail());
    const socket = open(['alice'], 0);
    feed.onReset(positionOf(5));
    open(['bob'], 5);
    feed.onReset(positionOf(6));
    clock.tick(6000);
    expect(socket.calls).to.deep.equal([LOST_CALL]);
    expect(events).to.deep.equal([
      { event: 'revocations_reset', level: 'warn', sockets: 1 },
      { event: 'revocations_reset', level: 'warn', sockets: 1 },
    ]);
  });

  it('forgets the entries before a reset, whose positions may be higher after a loss of data', () => {
    const { feed, open, revoke } = connected();
    revoke('alice', 9);
    feed.onReset(positionOf(4));
    expect(open(['alice'], 4).calls).to.deep.equal([]);
    expect(open(['alice'], 3).calls).to.deep.equal([LOST_CALL]);
  });

  it('reports an outage once after 5 s with its last error, and its end', () => {
    const { feed, events } = watchRig();
    clock.tick(4999);
    feed.onConnected(positionOf(0));
    feed.onLost('first');
    clock.tick(4000);
    feed.onLost('second');
    clock.tick(999);
    expect(events).to.deep.equal([]);
    clock.tick(1);
    feed.onLost('third');
    clock.tick(MINUTE_MS);
    feed.onReset(positionOf(0));
    feed.onConnected(positionOf(0));
    expect(events.filter(({ event }) => event !== 'revocations_reset')).to.deep.equal([
      { event: 'revocations_delayed', level: 'error', error: 'second' },
      { event: 'revocations_resumed', level: 'info', downMs: 5000 + MINUTE_MS },
    ]);
    feed.onLost('again');
    clock.tick(5000);
    expect(events.at(-1)).to.deep.include({ event: 'revocations_delayed', error: 'again' });
  });

  it('reports that there has never been a connection', () => {
    const { events } = watchRig();
    clock.tick(5000);
    expect(events).to.deep.equal([
      { event: 'revocations_delayed', level: 'error', error: 'there is no connection yet' },
    ]);
  });

  it('reports a malformed entry', () => {
    const { feed, events } = connected();
    feed.onMalformed('no key');
    expect(events).to.deep.equal([{ event: 'revocation_malformed', level: 'error', error: 'no key' }]);
  });

  it('ends with close(): no report, no close of a socket, and no other start', () => {
    const { watch, feed, receivers, stopped, open, events } = connected();
    const socket = open(['alice'], 0);
    feed.onReset(positionOf(1));
    feed.onLost('cut');
    const before = events.length;
    watch.close();
    watch.start();
    clock.tick(2 * MINUTE_MS);
    expect({ stopped: stopped(), follows: receivers.length, calls: socket.calls }).to.deep.equal({
      stopped: 1,
      follows: 1,
      calls: [],
    });
    expect(events).to.have.lengthOf(before);
  });
});

/** What happens at a gateway. A ticket is redeemed at the last position of the stream; its socket may register later. */
type Step =
  | { readonly do: 'redeem' | 'revoke'; readonly key: string }
  | { readonly do: 'deliver' | 'reset' }
  | { readonly do: 'register' | 'leave'; readonly at: number }
  | { readonly do: 'wait'; readonly ms: number };

const KEYS = ['a', 'b', 'c'];
const key = fc.constantFrom(...KEYS);
const at = fc.nat({ max: 9 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('redeem' as const), key }),
  fc.record({ do: fc.constant('revoke' as const), key }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deliver' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('register' as const), at }) },
  fc.record({ do: fc.constant('leave' as const), at }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 20_000, 59_999, 60_000) }),
);
const withResets = fc.oneof({ weight: 9, arbitrary: step }, fc.record({ do: fc.constant('reset' as const) }));

interface Ticket {
  readonly key: string;
  readonly position: number;
}

/** Plays the steps, delivers the rest, and returns each socket with what became of it. */
const play = (steps: readonly Step[], clock: SinonFakeTimers) => {
  const { feed, open, revoke } = watchRig();
  feed.onConnected(positionOf(0));
  const stream: string[] = [];
  const tickets: Ticket[] = [];
  const sockets: (Ticket & { left: boolean; readonly socket: ReturnType<typeof open> })[] = [];
  let delivered = 0;

  const deliver = () => {
    const next = stream[delivered];
    if (next === undefined) return;
    delivered += 1;
    revoke(next, delivered);
  };
  const register = (ticket: Ticket | undefined) => {
    if (ticket) sockets.push({ ...ticket, left: false, socket: open([ticket.key, 'all'], ticket.position) });
  };
  const leave = (leaver: (typeof sockets)[number] | undefined) => {
    if (leaver === undefined || leaver.socket.calls.length > 0) return;
    leaver.left = true;
    leaver.socket.emit('close');
  };
  const reset = () => {
    delivered = stream.length;
    feed.onReset(positionOf(delivered));
  };

  for (const next of steps) {
    if (next.do === 'redeem') tickets.push({ key: next.key, position: stream.length });
    if (next.do === 'revoke') stream.push(next.key);
    if (next.do === 'deliver') deliver();
    if (next.do === 'wait') clock.tick(next.ms);
    if (next.do === 'reset') reset();
    if (next.do === 'register') register(tickets.splice(next.at % Math.max(1, tickets.length), 1)[0]);
    if (next.do === 'leave') leave(sockets[next.at % Math.max(1, sockets.length)]);
  }
  while (delivered < stream.length) deliver();
  clock.tick(60_000);
  return sockets.map(({ socket, left, key, position }) => ({
    left,
    isRevoked: stream.slice(position).includes(key),
    closes: socket.calls.filter((call) => call !== 'terminate'),
  }));
};

describe('ticketd/gateway revocations in any order', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('leave open no socket that has a later entry, and close each socket once', () => {
    fc.assert(
      fc.property(fc.array(withResets, { maxLength: 40, size: 'max' }), (steps) => {
        for (const { left, isRevoked, closes } of play(steps, clock)) {
          expect(closes.length).to.be.at.most(left ? 0 : 1);
          if (isRevoked && !left) expect(closes).to.have.lengthOf(1);
          if (!isRevoked) expect(closes).not.to.deep.include(REVOKED_CALL);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('without a reset and a late registration, close exactly the sockets that have a later entry', () => {
    const prompt = step.filter((next) => next.do !== 'wait');
    fc.assert(
      fc.property(fc.array(prompt, { maxLength: 40, size: 'max' }), (steps) => {
        for (const { left, isRevoked, closes } of play(steps, clock))
          expect(closes).to.deep.equal(isRevoked && !left ? [REVOKED_CALL] : []);
      }),
      { numRuns: 1000 },
    );
  });
});
