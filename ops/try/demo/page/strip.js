const WINDOW_MS = 60_000;
const REFRESH_MS = 250;
const strip = document.getElementById('strip');
const status = document.getElementById('state');

/** The states of the connection and when each began; the last one is the current state. */
let spans = [];
/** The start times of attempts. */
let marks = [];

/** Shows the new state of the connection; screen readers read `text`. */
export function showState(state, text) {
  status.textContent = text;
  if (spans.at(-1)?.state !== state) spans.push({ state, from: performance.now() });
  draw();
}

export function markAttempt() {
  marks.push(performance.now());
}

setInterval(draw, REFRESH_MS);

function draw() {
  const now = performance.now();
  const oldest = now - WINDOW_MS;
  spans = spans.filter((_, index) => index === spans.length - 1 || spans[index + 1].from > oldest);
  marks = marks.filter((at) => at > oldest);
  const share = (at) => (Math.max(0, at - oldest) / WINDOW_MS) * 100;
  strip.replaceChildren(
    ...spans.map(({ state, from }, index) => bar(state, share(from), share(spans[index + 1]?.from ?? now))),
    ...marks.map((at) => bar('mark', share(at))),
  );
  strip.setAttribute(
    'aria-label',
    `${marks.length} attempts in the last minute; now ${spans.at(-1)?.state ?? 'stopped'}`,
  );
}

function bar(name, from, to) {
  const made = document.createElement('i');
  made.className = name;
  made.style.left = `${from}%`;
  if (to !== undefined) made.style.width = `${to - from}%`;
  return made;
}
