import { createStrip } from './strip.js';

const status = document.getElementById('state');
const strip = createStrip(
  document.getElementById('strip'),
  (attempts, state) => `${attempts} attempts in the last minute; now ${state}`,
);

/** Shows the new state of the connection; screen readers read `text`. */
export function showState(state, text) {
  status.textContent = text;
  strip.show(state);
}

export const markAttempt = strip.mark;
