import { connect } from './connection.js';
import { showState } from './connection-state.js';
import { controls } from './controls.js';
import { showCurl } from './curl.js';
import { byId } from './elements.js';
import { showEvent } from './events.js';
import { watchFeed } from './feed.js';
import { logLine } from './log.js';
import { createLogout } from './logout.js';
import { setOwnSession, short, showGatewayEvent, showSockets } from './open-sockets.js';
import { showReadiness } from './readiness.js';
import { step } from './steps.js';
import { setReady, showTicket } from './ticket.js';
import { createTicketActions } from './ticket-actions.js';

const [signIn, signOut, drop] = ['sign-in', 'sign-out', 'drop'].map(byId);
const [stopRedis, startRedis, restart] = ['stop-redis', 'start-redis', 'restart'].map(byId);
const chat = byId('chat');
const send = chat.querySelector('button');

const settings = await controls.settings();
const actions = createTicketActions(settings);
const logout = createLogout({ ...settings, onTicket: actions.remember });
let socket;

showState('stopped', 'stopped (not signed in)');
if (!settings.redis.controllable) {
  const { description, limits } = settings.redis;
  stopRedis.disabled = true;
  byId('redis-note').textContent = `Redis: ${description}. ${limits}`;
}

watchFeed({
  onLog: showEvent,
  onReadiness: (change) => {
    showReadiness(change);
    setReady(change.state === 'ready');
  },
  onTicket: (ticket) => {
    showTicket(ticket, settings);
    actions.setShown(ticket);
  },
  onSockets: showSockets,
  onGateway: showGatewayEvent,
  onLost: () => {
    showReadiness({ state: 'no response', at: Date.now() });
    logLine('demo', 'ended: run `npm run demo` again', 'bad');
  },
});

signIn.addEventListener('click', async () => {
  signIn.disabled = true;
  step('token', 'busy', 'signing in');
  const { token, claims } = await controls.token();
  step('token', 'done', `for ${claims.sub}, session ${short(claims.sessionId)}`);
  logLine('signed in', `a JWT for ${claims.sub}, valid for an hour`, 'good');
  signOut.disabled = false;
  setToken(token, claims.sessionId);
  showCurl(settings.ticketUrl, token);
  const { remember: onTicket } = actions;
  socket = connect({ ...settings, token, onTicket, onOpen: allowSending, onOver: forbidSending, onStopped });
});

signOut.addEventListener('click', () => {
  socket.close();
  setToken(undefined);
  step('token', '', 'not signed in');
  step('ticket', '', 'none');
  step('handshake', '', 'none');
  signOut.disabled = true;
  signIn.disabled = false;
});

chat.addEventListener('submit', (event) => {
  event.preventDefault();
  socket.send(chat.elements.text.value);
  chat.reset();
});

drop.addEventListener('click', controls.dropConnections);
bind(stopRedis, 'Redis', 'stopped', controls.stopRedis, () => (startRedis.disabled = false));
bind(
  startRedis,
  'Redis',
  'started, empty: tickets and logouts are lost',
  controls.startRedis,
  () => (stopRedis.disabled = false),
);
bind(restart, 'ticketd', 'restarted', controls.restartTicketd, () => (restart.disabled = false));

/** Makes a button run a control, log the result and enable the next buttons. */
function bind(control, what, done, work, next) {
  control.addEventListener('click', async () => {
    control.disabled = true;
    try {
      await work();
      logLine(what, done);
      next();
    } catch (error) {
      logLine(what, error.message, 'bad');
      control.disabled = false;
    }
  });
}

function setToken(token, sessionId) {
  for (const part of [actions, logout]) part.setToken(token);
  setOwnSession(sessionId);
}

/** The page keeps the JWT, so that its user can try it. */
function onStopped(reason) {
  signIn.disabled = false;
  if (reason === 'revoked') logout.showRevoked();
}

function allowSending() {
  send.disabled = false;
  drop.disabled = false;
}

function forbidSending() {
  send.disabled = true;
  drop.disabled = true;
}
