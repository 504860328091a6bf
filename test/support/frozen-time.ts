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
