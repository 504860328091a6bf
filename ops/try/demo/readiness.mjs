import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
const TIMEOUT_MS = 5_000;
const STATES = { UP: 'ready', NOT_READY: 'not ready', DRAINING: 'draining' };

/** Asks `/ready` until `stop`, and calls `onChange` with each new state and the time of the response. */
export function watchReadiness({ url, onChange }) {
  const end = new AbortController();
  let last;
  let asked = Promise.resolve();
  const ask = async () => {
    const state = await readState(url);
    if (state !== last) onChange({ state, at: Date.now() });
    last = state;
  };
  // One request at a time, so that the states stay in order.
  const observe = () => {
    asked = asked.then(ask);
    return asked;
  };
  const watch = async () => {
    while (!end.signal.aborted) {
      await observe();
      await sleep(POLL_MS);
    }
  };
  const watching = watch();
  return {
    /** Resolves once a request that starts now has its response. */
    observe,
    stop: () => {
      end.abort();
      return watching;
    },
  };
}

async function readState(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return STATES[(await response.json()).status] ?? 'no response';
  } catch {
    return 'no response';
  }
}
