import { expect } from 'chai';
import { RateLimited, StoreUnavailable } from '../../../src/tickets/errors.ts';
import type { Count } from '../../../src/tickets/fixed-window-counter.ts';
import { createRateLimiter } from '../../../src/tickets/rate-limit.ts';
import { rejectionOf, thrownBy } from '../../support/rejection.ts';

const LIMIT = { tickets: 3, seconds: 10 };

const setUp = (answer: Count | Error) => {
  const clock = { now: 5000 };
  const asked: unknown[] = [];
  const count = async (subject: string, windowMs: number) => {
    asked.push([subject, windowMs]);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { clock, asked, limiter: createRateLimiter({ limit: LIMIT, store: { count }, now: () => clock.now }) };
};

const refusalOf = (answer: Count) => rejectionOf(setUp(answer).limiter.count('alice'));

describe('TICKET_RATE_LIMIT counter', () => {
  it('accepts the last ticket within the limit, counted in its window', async () => {
    const { limiter, asked } = setUp({ count: 3, endsInMs: 4000 });
    await limiter.count('alice');
    expect(asked).to.deep.equal([['alice', 10_000]]);
  });

  it('rejects the next ticket with the time until the window ends, in whole seconds, at least 1', async () => {
    for (const [endsInMs, retryInSeconds] of [
      [4000, 4],
      [4001, 5],
      [1, 1],
      [0, 1],
    ] as const) {
      const refusal = await refusalOf({ count: 4, endsInMs });
      expect(refusal).to.be.instanceOf(RateLimited);
      expect(refusal).to.include({ publicMessage: 'At most 3 tickets in 10 seconds', retryInSeconds });
    }
  });

  it('rejects a subject over the limit without asking the store until the window ends', async () => {
    const { limiter, clock, asked } = setUp({ count: 3, endsInMs: 4000 });
    limiter.rejectIfOverLimit('alice');
    await limiter.count('alice');
    clock.now = 8999;
    expect(thrownBy(() => limiter.rejectIfOverLimit('alice'))).to.include({ name: 'RateLimited', retryInSeconds: 1 });
    clock.now = 9000;
    limiter.rejectIfOverLimit('alice');
    expect(asked).to.have.length(1);
  });

  it('caches nothing for a subject that has tickets left', async () => {
    const { limiter } = setUp({ count: 2, endsInMs: 4000 });
    await limiter.count('alice');
    limiter.rejectIfOverLimit('alice');
  });

  it('caches 10,000 subjects over the limit, and evicts the oldest for another one', async () => {
    const { limiter } = setUp({ count: 3, endsInMs: 4000 });
    for (let number = 0; number <= 10_000; number += 1) await limiter.count(`subject-${number}`);
    limiter.rejectIfOverLimit('subject-0');
    for (const subject of ['subject-1', 'subject-10000'])
      expect(() => limiter.rejectIfOverLimit(subject), subject).to.throw(RateLimited);
  });

  it('fails with the error of the store, and never issues uncounted tickets', async () => {
    const outage = new StoreUnavailable();
    expect(await rejectionOf(setUp(outage).limiter.count('alice'))).to.equal(outage);
  });
});
