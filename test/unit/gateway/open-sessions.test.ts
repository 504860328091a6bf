import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createGateway, type SessionSelector } from '../../../src/gateway/gateway.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { admissionOf, fakeOpenSocket, REVOKED_CALL } from '../../support/revocations.ts';

const A = 'https://a.test';
const B = 'https://b.test';

/** A gateway in direct mode does not connect before start(). */
const gateway = () => createGateway({ redeem: { redis: { url: 'redis://redis' } } });

describe('ticketd/gateway open sessions', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const rig = () => {
    const { track, sessions, closeSession } = gateway();
    const open = (issuer: string | undefined, subject: string, sessionId: string | undefined) => {
      const socket = fakeOpenSocket();
      const admission = { ...admissionOf(['key'], undefined), issuer, subject, sessionId };
      return Object.assign(socket, { admission, untrack: track(socket, admission) });
    };
    return { track, sessions, closeSession, open };
  };

  it('are listed by issuer and subject, with the number of sockets and each session once', () => {
    const { open, sessions } = rig();
    open(A, 'alice', 's1');
    open(A, 'alice', 's2');
    open(A, 'alice', 's1');
    open(B, 'alice', undefined);
    open(undefined, 'bob', 's3');
    expect(sessions()).to.deep.equal([
      { issuer: A, subject: 'alice', sockets: 3, sessionIds: ['s1', 's2'] },
      { issuer: B, subject: 'alice', sockets: 1, sessionIds: [] },
      { issuer: undefined, subject: 'bob', sockets: 1, sessionIds: ['s3'] },
    ]);
  });

  it('end when the socket closes, with the function of track(), and are not listed for a closed socket', () => {
    const { open, track, sessions } = rig();
    open(A, 'alice', 's1').emit('close');
    open(A, 'bob', 's1').untrack();
    track(Object.assign(fakeOpenSocket(), { readyState: 3 }), admissionOf(['key'], undefined));
    expect(sessions()).to.deep.equal([]);
  });

  it('have the latest admission of a socket', () => {
    const { open, track, sessions } = rig();
    const socket = open(A, 'alice', 's1');
    track(socket, { ...socket.admission, subject: 'bob' });
    socket.untrack();
    expect(sessions()).to.deep.equal([{ issuer: A, subject: 'bob', sockets: 1, sessionIds: ['s1'] }]);
    socket.emit('close');
    expect(sessions()).to.deep.equal([]);
  });

  it('have one listener on a socket, however often it is tracked, and none once it has closed', () => {
    const { open, track, sessions } = rig();
    const socket = open(A, 'alice', 's1');
    for (let count = 0; count < 20; count += 1) track(socket, socket.admission)();
    expect({ listeners: socket.listenerCount('close'), sessions: sessions() }).to.deep.equal({
      listeners: 1,
      sessions: [],
    });
    track(socket, socket.admission);
    socket.emit('close');
    expect({ listeners: socket.listenerCount('close'), sessions: sessions() }).to.deep.equal({
      listeners: 0,
      sessions: [],
    });
  });

  for (const [selector, closed] of [
    [{ subject: 'alice' }, ['a s1', 'a s2', 'b s1']],
    [{ subject: 'alice', issuer: A }, ['a s1', 'a s2']],
    [{ subject: 'alice', sessionId: 's1' }, ['a s1', 'b s1']],
    [{ subject: 'alice', issuer: B, sessionId: 's2' }, []],
    [{ subject: 'carol' }, []],
  ] as const)
    it(`closeSession(${JSON.stringify(selector)}) closes ${closed.join(', ') || 'nothing'}, once`, () => {
      const { open, closeSession, sessions } = rig();
      const sockets = {
        'a s1': open(A, 'alice', 's1'),
        'a s2': open(A, 'alice', 's2'),
        'b s1': open(B, 'alice', 's1'),
        bob: open(A, 'bob', 's1'),
      };
      expect(closeSession(selector)).to.equal(closed.length);
      expect(closeSession(selector)).to.equal(0);
      for (const [name, { calls }] of Object.entries(sockets))
        expect(calls).to.deep.equal(closed.some((one) => one === name) ? [REVOKED_CALL] : []);
      expect(sessions().reduce((sum, session) => sum + session.sockets, 0)).to.equal(4 - closed.length);
    });

  it('closeSession() uses a code and a reason of the application, and closes the others when one socket throws', () => {
    const { open, closeSession } = rig();
    const broken = open(A, 'alice', 's1');
    broken.close = () => {
      throw new Error('broken');
    };
    const socket = open(A, 'alice', 's2');
    expect(closeSession({ subject: 'alice' }, 4100, 'moved')).to.equal(2);
    clock.tick(2000);
    expect([socket.calls, broken.calls]).to.deep.equal([[[4100, 'moved'], 'terminate'], ['terminate']]);
  });

  for (const [what, args, message] of [
    ['no session', [undefined], 'session: expected an object with the subject'],
    ['no subject', [{ sessionId: 's1' }], 'subject: expected a string'],
    ['a misspelt name', [{ subject: 'alice', session: 's1' }], 'session: there is no such option'],
    ['a sessionId that is a number', [{ subject: 'alice', sessionId: 1 }], 'sessionId: expected a string'],
    ['an issuer that is null', [{ subject: 'alice', issuer: null }], 'issuer: expected a string'],
    ['code 1005', [{ subject: 'alice' }, 1005], 'code: expected a close code'],
    ['code 2000', [{ subject: 'alice' }, 2000], 'code: expected a close code'],
    ['code 4000.5', [{ subject: 'alice' }, 4000.5], 'code: expected a close code'],
    ['a reason of 124 bytes', [{ subject: 'alice' }, 4000, 'é'.repeat(62)], 'reason: expected a string of up to 123'],
  ] as const)
    it(`closeSession() rejects ${what} and closes nothing`, () => {
      const { open, closeSession } = rig();
      const socket = open(A, 'alice', 's1');
      const call = closeSession as (...args: unknown[]) => number;
      expect(() => call(...args)).to.throw(TypeError, message);
      expect(socket.calls).to.deep.equal([]);
    });

  it('closeSession() accepts the limits of code and reason', () => {
    const { closeSession } = rig();
    const alice: SessionSelector = { subject: 'alice', issuer: undefined, sessionId: undefined };
    for (const code of [1000, 1003, 1007, 1014, 3000, 4999])
      expect(closeSession(alice, code, 'x'.repeat(123))).to.equal(0);
  });

  for (const nothing of [undefined, null, {}])
    it(`track() rejects ${JSON.stringify(nothing)} as the admission`, () => {
      expect(() => gateway().track(fakeOpenSocket(), nothing as never)).to.throw(
        TypeError,
        'admission: expected the admission of the handshake',
      );
    });
});
