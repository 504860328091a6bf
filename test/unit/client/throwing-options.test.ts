import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import type { TicketSocketOptions } from '../../../src/client/types.ts';
import { createClientRig } from '../../support/client-rig.ts';
import { freezeTime } from '../../support/frozen-time.ts';

/** A value for which `String()` throws. */
const unprintable = {
  toString: () => {
    throw new Error('no text');
  },
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const values: Readonly<Record<string, unknown>> = {
  'an Error': new Error('no refresh token'),
  undefined,
  null: null,
  'a string': 'no refresh token',
  'a number': 0,
  'a symbol': Symbol('why'),
  'an object without a prototype': Object.create(null),
  'an object that cannot be printed': unprintable,
  'an Error with an object for its message': Object.assign(new Error(), { message: unprintable }),
  'a revoked proxy': revoked.proxy,
};

describe('ticketd/client when an option throws', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const throwing: Readonly<Record<string, (value: unknown) => Partial<TicketSocketOptions>>> = {
    'getToken throws': (value) => ({
      getToken: () => {
        throw value;
      },
    }),
    'getToken rejects with': (value) => ({ getToken: () => Promise.reject(value) }),
    'fetch throws': (value) => ({
      fetch: () => {
        throw value;
      },
    }),
    'fetch rejects with': (value) => ({ fetch: () => Promise.reject(value) }),
  };
  for (const [how, optionsFor] of Object.entries(throwing))
    for (const [what, value] of Object.entries(values))
      it(`reports ticket-error and retries when ${how} ${what}`, async () => {
        const rig = createClientRig(clock, optionsFor(value));
        const errors: unknown[] = [];
        const messages: unknown[] = [];
        rig.client.addEventListener('ticket-error', ({ error, message }) => {
          errors.push(error);
          messages.push(message);
        });
        await rig.pass(1_500);
        expect(errors).to.have.lengthOf(3);
        expect(errors.every((error) => error === value)).to.equal(true);
        for (const message of messages) expect(message).to.be.a('string').with.length.above(0);
        expect(rig.client.state).to.equal('waiting');
      });

  for (const [what, value] of Object.entries(values))
    it(`stops with reason invalid when the WebSocket constructor throws ${what}`, async () => {
      function WebSocket() {
        throw value;
      }
      const rig = createClientRig(clock, { WebSocket: WebSocket as never });
      const stops: unknown[] = [];
      rig.client.addEventListener('stopped', ({ reason, message, error }) => {
        stops.push([reason, typeof message, error === value]);
      });
      await rig.pass(0);
      await rig.grant();
      await rig.pass(60_000);
      expect(stops).to.deep.equal([['invalid', 'string', true]]);
    });
});

describe('ticketd/client getToken', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const nonsense: Readonly<Record<string, unknown>> = {
    'a number': 42,
    true: true,
    'an object': { token: 'jwt' },
    'an array': ['jwt'],
    'a symbol': Symbol('jwt'),
    'a function': () => 'jwt',
    'the whole Authorization header': 'Bearer a.b.c',
    'two lines of text': 'a.b.c\r\nX-Admin: 1',
    'text with a trailing space': 'a.b.c ',
    'text outside of ASCII': 'a.b.ü',
    'text with a control character': 'a.b.c\x7f',
  };
  for (const [what, value] of Object.entries(nonsense))
    it(`sends no request, reports a TypeError without the value and retries for ${what}`, async () => {
      let asked = 0;
      const rig = createClientRig(clock, { getToken: () => (++asked < 3 ? (value as never) : 'a.b.c') });
      await rig.pass(1_500);
      expect(asked).to.equal(3);
      expect(rig.requests.map(({ init }) => new Headers(init.headers).get('Authorization'))).to.deep.equal([
        'Bearer a.b.c',
      ]);
      expect(rig.journal[1]).to.equal('ticket-error TypeError: getToken must return a JWT: ASCII without blanks @ 0');
    });

  it('sends any visible ASCII text unchanged', async () => {
    const visible = String.fromCharCode(...Array.from({ length: 94 }, (_, n) => 0x21 + n));
    const rig = createClientRig(clock, { getToken: () => visible });
    await rig.pass(0);
    expect(rig.request().init.headers).to.deep.equal({ Authorization: `Bearer ${visible}` });
  });

  for (const nothing of [undefined, null, '', false])
    it(`stops without a request when it returns ${JSON.stringify(nothing)} (no user is signed in)`, async () => {
      const rig = createClientRig(clock, { getToken: () => nothing as never });
      await rig.pass(3_600_000);
      expect(rig.requests).to.have.lengthOf(0);
      expect(rig.journal.slice(1)).to.deep.equal([
        'ticket-error getToken returned no JWT @ 0',
        'stopped unauthorized @ 0',
      ]);
    });

  it('is called again when its promise does not settle within 10 s', async () => {
    let asked = 0;
    const rig = createClientRig(clock, { getToken: () => (++asked === 1 ? new Promise(() => {}) : 'jwt') });
    await rig.pass(10_500);
    await rig.open();
    expect(rig.journal).to.include('ticket-error no ticket within 10000 ms @ 10000');
    expect(rig.client.state).to.equal('open');
  });

  it('throws a TypeError when it is not a function', () => {
    for (const getToken of [undefined, null, 'jwt'])
      expect(() => createClientRig(clock, { getToken: getToken as never })).to.throw(
        TypeError,
        "set getToken or credentials: 'include'",
      );
  });
});
