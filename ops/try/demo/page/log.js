const KEPT = 200;
const list = document.getElementById('log');
const startedAt = performance.now();

/** Adds a line on top; `tone` is `good`, `bad` or nothing. Everything is shown as text, never as HTML. */
export function tell(what, details = '', tone = '') {
  const item = document.createElement('li');
  if (tone) item.dataset.tone = tone;
  item.append(element('time', since()), element('b', what), element('span', details));
  list.prepend(item);
  list.children[KEPT]?.remove();
}

function since() {
  return `${((performance.now() - startedAt) / 1000).toFixed(2)} s`;
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
