import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import type { MaybeToken } from '../../../src/client/types.ts';
import { type ClientRig, createClientRig } from '../../support/client-rig.ts';
import { freezeTime } from '../../support/frozen-time.ts';

const INVALID = { errorCode: 'AUTH_TOKEN_INVALID', message: 'JWT expired', traceId: 'trace-1' };

describe('ticketd/client with a rejected JWT', () => {
  let clock: SinonFakeTimers;
  let asked: boolean[];
  beforeEach(() => {
    clock = freezeTime();
    asked = [];
  });
  afterEach(() => clock.restore());

  /** A client whose getToken returns these in order and then repeats the last one. It throws each Error. */
  const withTokens = (...tokens: readonly (MaybeToken | Error)[]): ClientRig =>
    createClientRig(clock, {
      getToken: ({ rejected }) => {
        const next = tokens[Math.min(asked.push(rejected), tokens.length) - 1];
        if (next instanceof Error) throw next;
        return next;
      },
    });
  const sent = ({ requests }: ClientRig) =>
    requests.map(({ init }) => new Headers(init.headers).get('Authorization')?.replace('Bearer ', ''));

  it('calls getToken once more without delay and connects with the new JWT', async () => {
    const rig = withTokens('old', 'new');
    await rig.pass(0);
    await rig.request().answer(401, INVALID, { 'Retry-After': '60' });
    await rig.open();
    expect(asked).to.deep.equal([false, true]);
    expect(sent(rig)).to.deep.equal(['old', 'new']);
    expect(rig.journal).to.deep.equal([
      'connecting 0 connect @ 0',
      'ticket-error 401 AUTH_TOKEN_INVALID @ 0',
      'connecting 0 rejected @ 0',
      'open @ 0',
    ]);
  });

  it('stops when ticketd rejects the new JWT as well', async () => {
    const rig = withTokens('old', 'new', 'newer');
    await rig.pass(0);
    await rig.request().answer(401, INVALID);
    await rig.request().answer(401, INVALID);
    await rig.pass(3_600_000);
    expect(sent(rig)).to.deep.equal(['old', 'new']);
    expect(rig.journal.slice(-2)).to.deep.equal([
      'ticket-error 401 AUTH_TOKEN_INVALID @ 0',
      'stopped unauthorized 401 @ 0',
    ]);
  });

  it('stops without a request when getToken returns the same JWT, and reports the 401 of ticketd', async () => {
    const rig = withTokens('old');
    const stops: object[] = [];
    rig.client.addEventListener('stopped', ({ reason, status, errorCode, message, traceId }) => {
      stops.push({ reason, status, errorCode, message, traceId });
    });
    await rig.pass(0);
    await rig.request().answer(401, INVALID);
    await rig.pass(3_600_000);
    expect(asked).to.deep.equal([false, true]);
    expect(sent(rig)).to.deep.equal(['old']);
    expect(stops).to.deep.equal([{ reason: 'unauthorized', status: 401, ...INVALID }]);
  });

  it('stops when getToken returns no other JWT', async () => {
    const rig = withTokens('old', null);
    await rig.pass(0);
    await rig.request().answer(401, INVALID);
    await rig.pass(3_600_000);
    expect(rig.journal.slice(-2)).to.deep.equal([
      'ticket-error getToken returned no JWT @ 0',
      'stopped unauthorized @ 0',
    ]);
  });

  it('passes rejected: true to getToken until it returns another JWT', async () => {
    const rig = withTokens('old', new Error('offline'), new Error('offline'), 'new');
    await rig.pass(0);
    await rig.request().answer(401, INVALID);
    await rig.pass(1_500);
    await rig.request().answer(503);
    await rig.pass(2_000);
    expect(asked).to.deep.equal([false, true, true, true, false]);
    expect(sent(rig)).to.deep.equal(['old', 'new', 'new']);
  });

  it('calls getToken again on a later 401, once ticketd has accepted the new JWT without issuing a ticket', async () => {
    const rig = withTokens('old', 'new', 'new', 'newer');
    await rig.pass(0);
    await rig.request().answer(401, INVALID);
    await rig.request().answer(503, { errorCode: 'WS_TICKET_REDIS_NOT_READY' });
    await rig.pass(500);
    await rig.request().answer(401, INVALID);
    await rig.open();
    expect(asked).to.deep.equal([false, true, false, true]);
    expect(sent(rig)).to.deep.equal(['old', 'new', 'new', 'newer']);
  });

  for (const errorCode of ['AUTH_KEYS_UNAVAILABLE', 'SERVICE_OVERLOADED', undefined])
    it(`does not count 503 ${errorCode ?? 'of a proxy'} as an accepted JWT`, async () => {
      const rig = withTokens('old', 'new');
      await rig.pass(0);
      await rig.request().answer(401, INVALID);
      await rig.request().answer(503, { errorCode });
      await rig.pass(500);
      await rig.request().answer(401, INVALID);
      expect(rig.journal.at(-1)).to.equal('stopped unauthorized 401 @ 500');
    });

  it('calls getToken again on a later 401, after each issued ticket', async () => {
    const rig = withTokens('first', 'second', 'second', 'third');
    for (let n = 1; n <= 2; n += 1) {
      await rig.pass(1_000);
      await rig.request().answer(401, INVALID);
      await rig.open();
      rig.socket().end();
    }
    expect(asked).to.deep.equal([false, true, false, true]);
    expect(rig.client.state).to.equal('waiting');
  });

  it('sends the rejected JWT again after the application calls connect()', async () => {
    const rig = withTokens('old');
    await rig.pass(0);
    await rig.request().answer(401, INVALID);
    rig.client.connect();
    await rig.open();
    expect(asked).to.deep.equal([false, true, false]);
    expect(sent(rig)).to.deep.equal(['old', 'old']);
  });

  it('ignores a 401 that arrives after the request timeout', async () => {
    const answers: ((answer: Response) => void)[] = [];
    const rig = createClientRig(clock, {
      timeoutMs: 1_000,
      getToken: ({ rejected }) => `jwt-${asked.push(rejected)}`,
      // Continues after it was aborted.
      fetch: () => new Promise((resolve) => void answers.push(resolve)),
    });
    await rig.pass(1_500);
    for (const answer of answers) answer(Response.json(INVALID, { status: 401 }));
    await rig.pass(0);
    expect(answers).to.have.lengthOf(3);
    answers[2]?.(Response.json({ ticket: 'wst_x' }));
    await rig.pass(0);
    expect(asked).to.deep.equal([false, false, true]);
    expect(rig.sockets).to.have.lengthOf(1);
  });

  it('waits for Retry-After on 503 AUTH_KEYS_UNAVAILABLE without rejecting the JWT', async () => {
    const rig = withTokens('young', 'young');
    await rig.pass(0);
    await rig.request().answer(503, { errorCode: 'AUTH_KEYS_UNAVAILABLE', retryAfter: 4 }, { 'Retry-After': '4' });
    await rig.pass(4_500);
    await rig.grant();
    expect(asked).to.deep.equal([false, false]);
    expect(rig.journal).to.include.members(['retry 1 in 4500 ticket @ 0', 'connecting 1 ticket @ 4500']);
  });

  const ofOthers: Readonly<Record<string, unknown>> = {
    'an HTML page': '<html><h1>Forbidden</h1></html>',
    'an empty body': '',
    'JSON of an API gateway': { message: 'Unauthorized' },
    'JSON without an object': '["errorCode"]',
    'a number for an errorCode': { errorCode: 1020 },
    'an empty errorCode': { errorCode: '' },
    'an object for an errorCode': { errorCode: { code: 'AUTH_TOKEN_INVALID' } },
  };
  for (const status of [401, 403])
    for (const [what, body] of Object.entries(ofOthers))
      it(`retries a ${status} that is not from ticketd, with ${what}`, async () => {
        const rig = withTokens('good');
        await rig.pass(0);
        await rig.request().answer(status, body);
        await rig.pass(500);
        await rig.request().answer(status, body);
        await rig.pass(1_000);
        await rig.open();
        expect(asked).to.deep.equal([false, false, false]);
        expect(rig.journal.slice(1)).to.deep.equal([
          `ticket-error ${status} @ 0`,
          'retry 1 in 500 ticket @ 0',
          'connecting 1 ticket @ 500',
          `ticket-error ${status} @ 500`,
          'retry 2 in 1000 ticket @ 500',
          'connecting 2 ticket @ 1500',
          'open @ 1500',
        ]);
      });
});
