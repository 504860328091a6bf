import { byId, element, timeOfDay } from './elements.js';

const REFRESH_MS = 250;
const TEXTS = {
  issued: 'It works once, until its time is over.',
  used: 'A gateway redeemed it. It does not work again.',
  expired: 'No gateway redeemed it in time. Get a new one.',
  revoked: 'A logout or a revocation voided it.',
  lost: 'The store restarted empty. Get a new one.',
};
const REFUSED = {
  used: 'It was used before.',
  revoked: 'It was revoked before.',
  unknown: 'ticketd does not know it: it expired, or the store lost it.',
  origin: 'The handshake came from another origin.',
  audience: 'It was issued for another gateway.',
};
const NOT_READY = 'ticketd is not ready: no gateway can redeem it now.';

const [state, text, seconds, bar] = ['ticket-state', 'ticket-text', 'ticket-seconds', 'ticket-left'].map(byId);
let ticket;
let ready = true;

/** Shows the last ticket: its state, id and states so far. */
export function showTicket(shown, { ttlSeconds }) {
  ticket = shown;
  bar.max = ttlSeconds;
  byId('ticket').dataset.state = current().state;
  state.textContent = current().state;
  byId('ticket-id').textContent = ticket.id;
  byId('ticket-states').replaceChildren(...ticket.states.map(stateItem));
  draw();
}

/** Whether ticketd can redeem tickets now. */
export function setReady(isReady) {
  ready = isReady;
  draw();
}

setInterval(draw, REFRESH_MS);

function draw() {
  if (ticket === undefined) return;
  const left = current().state === 'issued' ? Math.max(0, (ticket.expiresAt - Date.now()) / 1000) : 0;
  seconds.textContent = current().state === 'issued' ? Math.ceil(left) : '–';
  bar.value = left;
  text.textContent = describe(current());
}

function current() {
  return ticket.states.at(-1);
}

function describe({ state, reason }) {
  if (state === 'refused') return REFUSED[reason] ?? reason;
  return state === 'issued' && !ready ? NOT_READY : TEXTS[state];
}

function stateItem({ state, reason, at }) {
  const item = element('li', reason ? `${state} (${reason})` : state);
  item.prepend(timeOfDay(at), ' ');
  return item;
}
