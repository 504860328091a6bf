import { byId, element, timeOfDay } from './elements.js';

const [count, list, closings] = ['socket-count', 'sockets', 'gateway-events'].map(byId);
const MAX_EVENTS = 4;
const TEXTS = {
  socket_revoked: ({ sessionId, delayMs }) => `${short(sessionId)} closed with 4001, ${delayMs} ms after the logout`,
  revocations_reset: ({ sockets }) => `revocations may be lost: ${sockets} sockets close with 1013 within 60 s`,
  revocations_delayed: () => 'no revocations arrive: until they do, a logout closes no socket',
  revocations_resumed: () => 'revocations arrive again',
};
let subjects = [];
let ownSession;

/** Shows who has sockets open at the sample gateway. */
export function showSockets(shown) {
  subjects = shown;
  draw();
}

/** Marks the session of this page. */
export function setOwnSession(sessionId) {
  ownSession = sessionId;
  draw();
}

/** Shows what the gateway did about a revocation. */
export function showGatewayEvent({ at, event, ...fields }) {
  const item = element('li', TEXTS[event](fields));
  item.prepend(timeOfDay(at), ' ');
  closings.append(item);
  if (closings.children.length > MAX_EVENTS) closings.firstChild.remove();
}

export function short(sessionId) {
  return sessionId.slice(0, 8);
}

function draw() {
  count.textContent = subjects.reduce((sum, { sockets }) => sum + sockets, 0);
  list.replaceChildren(...subjects.map(subjectItem));
}

function subjectItem({ subject, sockets, sessionIds }) {
  const item = element('li', '');
  item.append(element('b', subject), element('span', sockets === 1 ? '1 socket' : `${sockets} sockets`));
  item.append(...sessionIds.map((id) => element('code', id === ownSession ? `${short(id)} (this page)` : short(id))));
  return item;
}
