import { connect } from './connection.js';
import { controls } from './controls.js';
import { logLine } from './log.js';
import { step } from './steps.js';
import { showState } from './strip.js';

const button = (id) => document.getElementById(id);
const [signIn, signOut, replay] = [button('sign-in'), button('sign-out'), button('replay')];
const [drop, stopRedis, startRedis] = [button('drop'), button('stop-redis'), button('start-redis')];
const restart = button('restart');
const chat = button('chat');
const send = chat.querySelector('button');

const settings = await controls.settings();
let socket;
let lastTicket;

showState('stopped', 'stopped: not signed in');
if (!settings.redis.controllable) {
  stopRedis.disabled = true;
  button('redis-note').textContent =
    `Redis: ${settings.redis.description}. The demo did not start it and cannot stop it.`;
}

signIn.addEventListener('click', async () => {
  signIn.disabled = true;
  const { token, claims } = await controls.token();
  step('token', 'done', `for ${claims.sub}, session ${claims.sessionId.slice(0, 8)}`);
  logLine('signed in', `a JWT for ${claims.sub}, valid for an hour`, 'good');
  signOut.disabled = false;
  socket = connect({ ...settings, token, onTicket: rememberTicket, onOpen: allowSending, onOver: forbidSending });
});

signOut.addEventListener('click', () => {
  socket.close();
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

replay.addEventListener('click', () => {
  const again = new WebSocket(`${settings.socketUrl}?ticket=${lastTicket}`);
  logLine('replay', 'presents the used ticket again');
  again.addEventListener('close', ({ code, reason }) =>
    logLine('replay refused', code === 1006 ? 'before the handshake' : `${code} ${reason}`, 'good'),
  );
  again.addEventListener('message', () => logLine('replay', 'admitted, which must never happen', 'bad'));
});

drop.addEventListener('click', controls.dropConnections);
bind(stopRedis, 'Redis', 'stopped', controls.stopRedis, () => (startRedis.disabled = false));
bind(startRedis, 'Redis', 'started, empty', controls.startRedis, () => (stopRedis.disabled = false));
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

function rememberTicket(ticket) {
  lastTicket = ticket;
}

function allowSending() {
  send.disabled = false;
  drop.disabled = false;
  replay.disabled = false;
}

function forbidSending() {
  send.disabled = true;
  drop.disabled = true;
}
