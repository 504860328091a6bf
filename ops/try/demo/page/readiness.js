import { byId, element, timeOfDay } from './elements.js';
import { createStrip } from './strip.js';

const MAX_CHANGES = 8;
const state = byId('ready-state');
const changes = byId('ready-changes');
const strip = createStrip(byId('ready-strip'), (_, now) => `Readiness of ticketd in the last minute; now ${now}`);

/** Shows a change of `/ready` and its moment. */
export function showReadiness(change) {
  state.textContent = change.state;
  strip.show(change.state.replace(' ', '-'), change.at);
  const item = element('li', change.state);
  item.prepend(timeOfDay(change.at), ' ');
  changes.append(item);
  if (changes.children.length > MAX_CHANGES) changes.firstChild.remove();
}
