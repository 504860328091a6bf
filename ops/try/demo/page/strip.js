const WINDOW_MS = 60_000;
const REFRESH_MS = 250;

/**
 * Draws the states of the last minute as bars, and lines for marks. `describe` returns a text for screen readers from the
 * number of marks and the current state. Times are milliseconds since the epoch.
 */
export function createStrip(strip, describe) {
  /** The states and when each began; the last one is the current state. */
  let spans = [];
  let marks = [];

  const draw = () => {
    const now = Date.now();
    const oldest = now - WINDOW_MS;
    spans = spans.filter((_, index) => index === spans.length - 1 || spans[index + 1].from > oldest);
    marks = marks.filter((at) => at > oldest);
    const share = (at) => (Math.max(0, at - oldest) / WINDOW_MS) * 100;
    strip.replaceChildren(
      ...spans.map(({ state, from }, index) => bar(state, share(from), share(spans[index + 1]?.from ?? now))),
      ...marks.map((at) => bar('mark', share(at))),
    );
    strip.ariaLabel = describe(marks.length, spans.at(-1)?.state);
  };

  setInterval(draw, REFRESH_MS);
  return {
    show: (state, at = Date.now()) => {
      if (spans.at(-1)?.state !== state) spans.push({ state, from: at });
      draw();
    },
    mark: () => marks.push(Date.now()),
  };
}

function bar(name, from, to) {
  const made = document.createElement('i');
  made.className = name;
  made.style.left = `${from}%`;
  if (to !== undefined) made.style.width = `${to - from}%`;
  return made;
}
