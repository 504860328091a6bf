import { expect } from 'chai';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { events } from '../../src/log/events.ts';
import { type Answer, ask, askTicket } from '../support/ask.ts';
import { turns } from '../support/frozen-time.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type LoggedEvent, type RunningService, startService } from '../support/service.ts';
import { record } from './support/table.ts';

const OUTAGE_S = 300;
const PROBE_EVERY_S = 10;
const STEP_MS = 50;
const OTHER_LINES = 60;

const BREATH_EVERY_MS = 200;
const DEEP_BREATH_MS = 20;

const { setTimeout: realTimeout } = globalThis;
/** Redis needs real time to reply. */
const breathe = (ms = 1) => new Promise((resolve) => realTimeout(resolve, ms));

/** Whether LOG_LEVEL=info logs this event. */
const isLogged = ({ event }: LoggedEvent): boolean => events[event].level !== 'debug';

/** Redis, ticketd and their messages are real; the fake clock advances as fast as they can follow. */
describe('log during a Redis outage of five minutes', function () {
  this.timeout(120_000);
  let clock: SinonFakeTimers;
  let redis: TestRedis;
  let service: RunningService;

  beforeEach(async () => {
    redis = await startRedis();
    clock = useFakeTimers({
      now: Date.now(),
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
      // Timers started before this continue in real time.
      shouldClearNativeTimers: true,
    });
    service = await startService({ REDIS_URL: redis.url });
  });
  afterEach(async () => {
    clock.restore();
    await service.stop();
    await redis.resume();
    await redis.stop();
  });

  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      await clock.tickAsync(STEP_MS);
      await turns(3);
      if (passed % BREATH_EVERY_MS === 0) await breathe();
    }
  };
  const passWhile = async <T>(work: Promise<T>): Promise<T> => {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    work.then(settle, settle);
    while (!settled) await pass(STEP_MS);
    return work;
  };
  const passUntil = async (what: string, holds: () => boolean, timeoutMs: number): Promise<void> => {
    for (let passed = 0; !holds(); passed += STEP_MS) {
      if (passed > timeoutMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
      await pass(STEP_MS);
      await breathe(DEEP_BREATH_MS);
    }
  };

  for (const [letter, name, fault, heal] of [
    ['a', 'connections refused', () => redis.stop(), () => redis.start()],
    ['b', 'SIGSTOP', () => redis.pause(), () => redis.resume()],
    ['c', 'REPLICAOF', () => redis.cli('REPLICAOF', '127.0.0.1', '1'), () => redis.cli('REPLICAOF', 'NO', 'ONE')],
  ] as const)
    it(`has one line for each refused request and fewer than ${OTHER_LINES} others (${name})`, async () => {
      const before = service.events.length;
      await passWhile(Promise.resolve(fault()));
      const asked: Promise<Answer>[] = [];
      for (let second = 0; second < OUTAGE_S; second += 1) {
        asked.push(askTicket(service.url));
        if (second % PROBE_EVERY_S === 3) await ask(`${service.url}/ready`);
        await pass(1000);
      }
      const refused = (await passWhile(Promise.all(asked))).filter(({ status }) => status === 503);
      await passWhile(Promise.resolve(heal()));
      await passUntil('redis_up', () => service.eventsOf('redis_up').length > 0, 10_000);

      const lines = service.events.slice(before).filter(isLogged);
      const refusals = lines.filter(({ event }) => event === 'ws_ticket_redis_not_ready');
      const others = lines.filter(({ event }) => event !== 'ws_ticket_redis_not_ready' && event !== 'ws_ticket_issued');
      const count = (event: string) => others.filter((line) => line.event === event).length;
      record({
        case: `log-${letter}`,
        fault: `five minutes of ${name}, a request a second, a probe every 10 s`,
        bound: `a line a refusal, < ${OTHER_LINES} others`,
        answers: `${refused.length} refused, ${refusals.length} + ${others.length} lines`,
      });
      expect(refused.length).to.be.at.least(OUTAGE_S - 3);
      expect(refusals.map(({ traceId }) => traceId)).to.have.members(refused.map(({ body }) => body.traceId));
      expect(others.length).to.be.below(OTHER_LINES);
      expect(count('redis_down')).to.equal(1);
      expect(count('redis_up')).to.equal(1);
      expect(count('redis_connect_fail')).to.be.within(OUTAGE_S / 30 - 1, OUTAGE_S / 30 + 1);
      expect(count('readiness_redis_down')).to.be.within(OUTAGE_S / PROBE_EVERY_S - 1, OUTAGE_S / PROBE_EVERY_S);
    });
});
