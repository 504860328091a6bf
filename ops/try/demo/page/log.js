const MAX_LINES = 200;
const list = document.getElementById('log');
const startedAt = performance.now();

/** Adds a line at the top; `tone` is `good`, `bad` or empty. Adds all content as text, never as HTML. */
export function logLine(what, details = '', tone = '') {
  const item = document.createElement('li');
  if (tone) item.dataset.tone = tone;
  item.append(element('time', since()), element('b', what), element('span', details));
  list.prepend(item);
  list.children[MAX_LINES]?.remove();
}

function since() {
  return `${((performance.now() - startedAt) / 1000).toFixed(2)} s`;
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
