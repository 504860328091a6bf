import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { freezeTime } from '../../support/frozen-time.ts';
import { createHeart, type Heart } from '../../support/heart.ts';

const TIMED_OUT = 'Command timed out';

describe('the heartbeat', () => {
  let clock: SinonFakeTimers;
  let heart: Heart;
  beforeEach(() => {
    clock = freezeTime();
    heart = createHeart(clock);
    heart.heartbeat.begin();
  });
  afterEach(() => {
    heart.heartbeat.end();
    clock.restore();
  });

  it('writes at once, and then every half second', async () => {
    for (let n = 0; n < 3; n += 1) {
      heart.answer();
      await heart.pass(500);
    }
    expect(heart.journal).to.deep.equal([
      'write 0',
      'answer 0',
      'write 500',
      'answer 500',
      'write 1000',
      'answer 1000',
      'write 1500',
    ]);
  });

  it('never has two writes open', async () => {
    await heart.pass(900);
    expect(heart.journal).to.deep.equal(['write 0']);
  });

  it('tells that an answer is late after one second, once', async () => {
    await heart.pass(2_450);
    expect(heart.journal).to.deep.equal(['write 0', 'late 1000']);
  });

  it('tells that the connection is dead after 2.5 seconds, once', async () => {
    await heart.pass(10_000);
    expect(heart.journal).to.deep.equal(['write 0', 'late 1000', 'dead 2500']);
  });

  it('writes again as soon as a late answer comes, and tells of an answer once three came promptly', async () => {
    await heart.pass(1_200);
    heart.answer();
    for (let n = 0; n < 3; n += 1) {
      await heart.pass(50);
      heart.answer();
    }
    await heart.pass(50);
    expect(heart.journal).to.deep.equal([
      'write 0',
      'late 1000',
      'write 1200',
      'write 1250',
      'write 1300',
      'answer 1350',
    ]);
    await heart.pass(100);
    expect(heart.journal.slice(6)).to.deep.equal(['write 1500']);
  });

  it('waits anew for the write after a late answer', async () => {
    await heart.pass(1_200);
    heart.answer();
    await heart.pass(3_000);
    expect(heart.journal).to.deep.equal(['write 0', 'late 1000', 'write 1200', 'late 2200', 'dead 3700']);
  });

  it('tells of an error at once, and no longer waits', async () => {
    await heart.pass(100);
    heart.fail('READONLY');
    await heart.pass(300);
    expect(heart.journal).to.deep.equal(['write 0', 'error READONLY 100']);
    await heart.pass(100);
    heart.answer();
    await heart.pass(100);
    expect(heart.journal.slice(2)).to.deep.equal(['write 500', 'answer 500']);
  });

  it('takes a time-out for no answer: it writes again, and the wait goes on', async () => {
    await heart.pass(800);
    heart.fail(TIMED_OUT);
    await heart.pass(1_150);
    heart.fail(TIMED_OUT);
    await heart.pass(2_050);
    expect(heart.journal).to.deep.equal(['write 0', 'write 1000', 'late 1000', 'write 2000', 'dead 2500']);
  });

  it('is revived by the answer to a write after one that timed out', async () => {
    await heart.pass(1_450);
    heart.fail(TIMED_OUT);
    await heart.pass(100);
    heart.answer();
    await heart.pass(1_500);
    expect(heart.journal).to.deep.equal(['write 0', 'late 1000', 'write 1500', 'write 1550', 'late 2550']);
  });

  it('does not take another error for a time-out, whatever its words', async () => {
    heart.fail(`${TIMED_OUT} of another kind`);
    await heart.pass(50);
    expect(heart.journal).to.deep.equal(['write 0', `error ${TIMED_OUT} of another kind 0`]);
  });

  it('tells of an error after a late answer, too', async () => {
    await heart.pass(1_200);
    heart.fail('LOADING');
    await heart.pass(50);
    expect(heart.journal).to.deep.equal(['write 0', 'late 1000', 'error LOADING 1200']);
  });

  it('takes no notice of answers to writes of an earlier beginning', async () => {
    await heart.pass(700);
    heart.heartbeat.begin();
    heart.answer();
    await heart.pass(100);
    expect(heart.journal).to.deep.equal(['write 0', 'write 700']);
    heart.fail('READONLY');
    await heart.pass(100);
    expect(heart.journal.slice(2)).to.deep.equal(['error READONLY 800']);
  });

  it('takes no notice of errors of an earlier beginning', async () => {
    heart.heartbeat.begin();
    heart.fail('READONLY');
    await heart.pass(100);
    expect(heart.journal).to.deep.equal(['write 0', 'write 0']);
  });

  it('begins its wait anew with the connection', async () => {
    await heart.pass(900);
    heart.heartbeat.begin();
    await heart.pass(900);
    expect(heart.journal).to.deep.equal(['write 0', 'write 900']);
    await heart.pass(100);
    expect(heart.journal.slice(2)).to.deep.equal(['late 1900']);
  });

  it('is silent after its end, whatever comes, and leaves no timer behind', async () => {
    await heart.pass(100);
    heart.heartbeat.end();
    heart.answer();
    expect(clock.countTimers()).to.equal(0);
    await heart.pass(5_000);
    expect(heart.journal).to.deep.equal(['write 0']);
  });
});
