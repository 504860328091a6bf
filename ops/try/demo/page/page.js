import { backstage } from './backstage.js';
import { connect } from './connection.js';
import { tell } from './log.js';
import { step } from './steps.js';
import { become } from './strip.js';

const button = (id) => document.getElementById(id);
const [signIn, signOut, replay] = [button('sign-in'), button('sign-out'), button('replay')];
const [drop, stopRedis, startRedis] = [button('drop'), button('stop-redis'), button('start-redis')];
const restart = button('restart');
const chat = button('chat');
const send = chat.querySelector('button');

const settings = await backstage.settings();
let socket;
let lastTicket;

become('stopped', 'stopped: not signed in');
if (!settings.redis.controllable) {
  stopRedis.disabled = true;
  button('redis-note').textContent = `Redis is ${settings.redis.description}: not the demo’s to stop.`;
}

signIn.addEventListener('click', async () => {
  signIn.disabled = true;
  const { token, claims } = await backstage.token();
  step('token', 'done', `for ${claims.sub}, session ${claims.sessionId.slice(0, 8)}`);
  tell('signed in', `a JWT for ${claims.sub}, valid for an hour`, 'good');
  signOut.disabled = false;
  socket = connect({ ...settings, token, onTicket: keep, onOpen: allowSending, onOver: forbidSending });
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
  tell('replay', 'the ticket that was used is presented once more');
  again.addEventListener('close', ({ code, reason }) =>
    tell('replay refused', code === 1006 ? 'before the handshake' : `${code} ${reason}`, 'good'),
  );
  again.addEventListener('message', () => tell('replay', 'got through, which must never happen', 'bad'));
});

drop.addEventListener('click', backstage.dropConnections);
act(stopRedis, 'Redis', 'stopped', backstage.stopRedis, () => (startRedis.disabled = false));
act(startRedis, 'Redis', 'started, empty', backstage.startRedis, () => (stopRedis.disabled = false));
act(restart, 'ticketd', 'restarted', backstage.restartTicketd, () => (restart.disabled = false));

/** Has a button do something backstage, tells of it, and then goes on with what is possible next. */
function act(control, what, done, work, next) {
  control.addEventListener('click', async () => {
    control.disabled = true;
    try {
      await work();
      tell(what, done);
      next();
    } catch (error) {
      tell(what, error.message, 'bad');
      control.disabled = false;
    }
  });
}

function keep(ticket) {
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
