import { performance as realPerformance } from 'node:perf_hooks';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';

/** Time that moves only when told to; microtasks and setImmediate go on by themselves. Restore it after the test. */
export const freezeTime = (now = 0): SinonFakeTimers =>
  useFakeTimers({
    now,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
  });

/** Lets all that is due at this instant happen, immediates within immediates included. */
export const turns = async (count = 5): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const STEP_MS = 50;

/** Moves time, in steps small enough for each thing to be told when it happens. */
export const passTime = async (clock: SinonFakeTimers, ms: number): Promise<void> => {
  await turns(2);
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    await clock.tickAsync(Math.min(STEP_MS, ms - passed));
    await turns(3);
  }
};

const STUCK_AFTER_MS = 800;
const LOOK_EVERY_MS = 100;

// Taken while time is real.
const { setTimeout: realTimeout, setInterval: realInterval, clearInterval: clearRealInterval } = globalThis;
const { eventLoopUtilization } = realPerformance;

/**
 * A test that waits while time stands still waits for ever: fails it within a second. That is time of this process' own,
 * idle or busy, since on a loaded machine a test may do nothing for longer because others run.
 */
export const unlessStuck = async (test: () => unknown): Promise<void> => {
  let look: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_, reject) => {
    let frozenAt = ownTimeMs();
    look = realInterval(() => {
      if (!isFrozen()) frozenAt = ownTimeMs();
      else if (ownTimeMs() - frozenAt > STUCK_AFTER_MS)
        reject(new Error('time stands still, and what this test waits for does not happen'));
    }, LOOK_EVERY_MS);
  });
  try {
    await Promise.race([test(), stuck]);
  } finally {
    clearRealInterval(look);
  }
};

/** Whether time stands still now. */
export const isFrozen = (): boolean => setTimeout !== realTimeout;

const ownTimeMs = (): number => {
  const { user, system } = process.cpuUsage();
  return eventLoopUtilization().idle + (user + system) / 1000;
};
