import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { freezeTime } from '../../support/frozen-time.ts';
import { createHeart, type Heart } from '../../support/heart.ts';

const TIMED_OUT = 'Command timed out';

describe('heartbeat', () => {
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

  it('writes immediately, and then every 500 ms', async () => {
    for (let n = 0; n < 3; n += 1) {
      heart.reply();
      await heart.pass(500);
    }
    expect(heart.journal).to.deep.equal([
      'write 0',
      'written 0',
      'write 500',
      'written 500',
      'write 1000',
      'written 1000',
      'write 1500',
    ]);
  });

  it('never has two writes in flight', async () => {
    await heart.pass(900);
    expect(heart.journal).to.deep.equal(['write 0']);
  });

  it('reports a slow reply once, after 1 s', async () => {
    await heart.pass(2_450);
    expect(heart.journal).to.deep.equal(['write 0', 'slow 1000']);
  });

  it('reports a dead connection once, after 2.5 s', async () => {
    await heart.pass(10_000);
    expect(heart.journal).to.deep.equal(['write 0', 'slow 1000', 'dead 2500']);
  });

  it('writes again on a slow reply, and reports a reply after three prompt ones', async () => {
    await heart.pass(1_200);
    heart.reply();
    for (let n = 0; n < 3; n += 1) {
      await heart.pass(50);
      heart.reply();
    }
    await heart.pass(50);
    expect(heart.journal).to.deep.equal([
      'write 0',
      'slow 1000',
      'write 1200',
      'write 1250',
      'write 1300',
      'written 1350',
    ]);
    await heart.pass(100);
    expect(heart.journal.slice(6)).to.deep.equal(['write 1500']);
  });

  it('restarts its timeouts for the write after a slow reply', async () => {
    await heart.pass(1_200);
    heart.reply();
    await heart.pass(3_000);
    expect(heart.journal).to.deep.equal(['write 0', 'slow 1000', 'write 1200', 'slow 2200', 'dead 3700']);
  });

  it('reports an error immediately, and stops its timeouts', async () => {
    await heart.pass(100);
    heart.fail('READONLY');
    await heart.pass(300);
    expect(heart.journal).to.deep.equal(['write 0', 'error READONLY 100']);
    await heart.pass(100);
    heart.reply();
    await heart.pass(100);
    expect(heart.journal.slice(2)).to.deep.equal(['write 500', 'written 500']);
  });

  it('writes again after a command timeout, and continues its timeouts', async () => {
    await heart.pass(800);
    heart.fail(TIMED_OUT);
    await heart.pass(1_150);
    heart.fail(TIMED_OUT);
    await heart.pass(2_050);
    expect(heart.journal).to.deep.equal(['write 0', 'write 1000', 'slow 1000', 'write 2000', 'dead 2500']);
  });

  it('recovers with the reply to a write after one that timed out', async () => {
    await heart.pass(1_450);
    heart.fail(TIMED_OUT);
    await heart.pass(100);
    heart.reply();
    await heart.pass(1_500);
    expect(heart.journal).to.deep.equal(['write 0', 'slow 1000', 'write 1500', 'write 1550', 'slow 2550']);
  });

  it('does not treat another error as a command timeout, whatever its message', async () => {
    heart.fail(`${TIMED_OUT} of another kind`);
    await heart.pass(50);
    expect(heart.journal).to.deep.equal(['write 0', `error ${TIMED_OUT} of another kind 0`]);
  });

  it('reports an error after a slow reply', async () => {
    await heart.pass(1_200);
    heart.fail('LOADING');
    await heart.pass(50);
    expect(heart.journal).to.deep.equal(['write 0', 'slow 1000', 'error LOADING 1200']);
  });

  it('ignores replies to writes before the last begin()', async () => {
    await heart.pass(700);
    heart.heartbeat.begin();
    heart.reply();
    await heart.pass(100);
    expect(heart.journal).to.deep.equal(['write 0', 'write 700']);
    heart.fail('READONLY');
    await heart.pass(100);
    expect(heart.journal.slice(2)).to.deep.equal(['error READONLY 800']);
  });

  it('ignores errors of writes before the last begin()', async () => {
    heart.heartbeat.begin();
    heart.fail('READONLY');
    await heart.pass(100);
    expect(heart.journal).to.deep.equal(['write 0', 'write 0']);
  });

  it('restarts its timeouts on begin()', async () => {
    await heart.pass(900);
    heart.heartbeat.begin();
    await heart.pass(900);
    expect(heart.journal).to.deep.equal(['write 0', 'write 900']);
    await heart.pass(100);
    expect(heart.journal.slice(2)).to.deep.equal(['slow 1900']);
  });

  it('reports nothing after end(), and leaves no timer behind', async () => {
    await heart.pass(100);
    heart.heartbeat.end();
    heart.reply();
    expect(clock.countTimers()).to.equal(0);
    await heart.pass(5_000);
    expect(heart.journal).to.deep.equal(['write 0']);
  });
});
