import { createJwt } from './token.mjs';

/**
 * The demo's login service. `signIn` resolves with a JWT of a new session; `observe` gets the log events of ticketd. A
 * login in the same second as a logout everywhere waits for the next one: `iat` has whole seconds, and ticketd rejects
 * every JWT up to the second of the logout.
 */
export function createLogin(secret) {
  let loggedOutAt = 0;
  return {
    observe: ({ event, scope, time }) => {
      if (event === 'ws_ticket_revoked' && scope === 'subject') loggedOutAt = Date.parse(time);
    },
    signIn: async () => {
      const nextSecond = (Math.floor(loggedOutAt / 1000) + 1) * 1000;
      // A timer may fire early.
      while (Date.now() < nextSecond) await sleep(nextSecond - Date.now());
      return createJwt(secret);
    },
  };
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
