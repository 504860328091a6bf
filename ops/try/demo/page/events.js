import { byId, element, timeOfDay } from './elements.js';

const MAX_EVENTS = 100;
/** Fields with a place of their own, and long ones. */
const HIDDEN = [
  'level',
  'time',
  'service',
  'version',
  'event',
  'msg',
  'traceId',
  'issueTraceId',
  'sessionId',
  'address',
];
const list = byId('log-events');
const waiting = byId('waiting');
const pause = byId('pause');

let paused = false;
let held = [];

/** Shows a log event at the top, or holds it while the list is paused. */
export function showEvent(event) {
  if (!paused) return add(event);
  held = [...held, event].slice(-MAX_EVENTS);
  showWaiting();
}

pause.addEventListener('click', () => {
  paused = !paused;
  pause.textContent = paused ? 'Continue' : 'Pause';
  for (const event of held) add(event);
  held = [];
  showWaiting();
});

function showWaiting() {
  const count = held.length === MAX_EVENTS ? `${MAX_EVENTS} or more` : held.length;
  waiting.textContent = paused ? `paused, ${count} new` : '';
}

function add({ level, time, event, msg, ...fields }) {
  const item = document.createElement('li');
  item.dataset.level = level;
  item.append(
    timeOfDay(time),
    element('i', level),
    element('b', event),
    element('span', msg),
    element('code', summaryOf(fields)),
  );
  list.prepend(item);
  list.children[MAX_EVENTS]?.remove();
}

function summaryOf(fields) {
  return Object.entries(fields)
    .filter(([name]) => !HIDDEN.includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .join('  ');
}
