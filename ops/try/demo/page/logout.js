import { byId } from './elements.js';
import { logLine } from './log.js';
import { step } from './steps.js';
import { post } from './ticketd.js';

const [here, everywhere, tryOld] = ['log-out-here', 'log-out-everywhere', 'try-old'].map(byId);
const note = byId('logout-note');

/**
 * The buttons that end this session or all sessions of the user, and the one that tries the JWT after that. `onTicket`
 * gets the response if the JWT still works.
 */
export function createLogout({ ticketUrl, onTicket }) {
  let token;
  const enable = (canLogOut, canTry) => {
    here.disabled = !canLogOut;
    everywhere.disabled = !canLogOut;
    tryOld.disabled = !canTry;
  };
  const logOut = async (whose, body) => {
    const used = token;
    enable(false, false);
    try {
      await post(`${ticketUrl}/revoke`, used, body);
      logLine('logged out', whose);
      if (token === used) enable(false, true);
    } catch ({ message }) {
      logLine('not logged out', message, 'bad');
      note.textContent = `Not logged out: ${message}.`;
      if (token === used) enable(true, false);
    }
  };
  const tryToken = async () => {
    try {
      onTicket(await post(ticketUrl, token));
      note.textContent = 'The old JWT still gets a ticket: the revocation did not end its session.';
    } catch ({ message }) {
      logLine('old JWT', message, 'bad');
      step('token', 'failed', `refused: ${message}`);
      note.textContent = `ticketd refuses the old JWT: ${message}. Sign in again: a new JWT works.`;
    }
  };
  here.addEventListener('click', () => logOut('this session', { end: true }));
  everywhere.addEventListener('click', () => logOut('every session of the user', { scope: 'subject', end: true }));
  tryOld.addEventListener('click', tryToken);
  return {
    /** The JWT of a new session, or nothing when the page signs out. */
    setToken: (value) => {
      token = value;
      note.textContent = '';
      enable(token !== undefined, false);
    },
    /** The gateway closed the socket of this page, because its session was revoked. */
    showRevoked: () => {
      note.textContent = 'stopped (revoked): the gateway closed the socket of this page with 4001.';
      enable(false, true);
    },
  };
}
