import { byId, element } from './elements.js';

const MAX_LINES = 200;
const list = byId('log');
const startedAt = performance.now();

/** Adds a line at the top; `tone` is `good`, `bad` or empty. */
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
