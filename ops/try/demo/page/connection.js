import { connectWithTicket } from './client.js';
import { tell } from './log.js';
import { step } from './steps.js';
import { become, markAttempt } from './strip.js';

/** Connects as any page would, and shows each step. `onTicket` gets each ticket, which a real page has no use for. */
export function connect({ ticketUrl, socketUrl, token, onTicket, onOpen, onOver }) {
  const socket = connectWithTicket({ ticketUrl, socketUrl, getToken: () => token, fetch: watching(onTicket) });
  const on = (type, listener) => socket.addEventListener(type, listener);
  on('connecting', ({ attempt }) => {
    markAttempt();
    become('connecting', attempt === 0 ? 'connecting' : `connecting, retry ${attempt}`);
    step('ticket', 'busy', 'asked for');
    step('handshake', '', 'waits for a ticket');
    tell('connecting', attempt === 0 ? 'asks for a ticket' : `retry ${attempt}: asks for a fresh ticket`);
  });
  on('ticket-error', ({ status, errorCode, message, retryAfterMs }) => {
    const wait = retryAfterMs ? `; Retry-After ${retryAfterMs / 1000} s` : '';
    step('ticket', 'failed', status ? `${status} ${errorCode ?? ''}` : 'no answer');
    tell('no ticket', `${status ?? 'no answer'} ${errorCode ?? message}${wait}`, 'bad');
  });
  on('ticket', ({ traceId }) => {
    step('ticket', 'done', 'got one, for one use');
    step('handshake', 'busy', 'under way');
    tell('ticket', `trace ${traceId}`, 'good');
  });
  on('open', () => {
    become('open', 'open');
    step('handshake', 'done', '101, the ticket is spent');
    step('messages', 'busy', 'ready');
    tell('open', 'the gateway redeemed the ticket', 'good');
    onOpen(socket);
  });
  on('message', ({ data }) => {
    step('messages', 'done', data);
    tell('message', data);
  });
  on('close', ({ code, reason }) => {
    step('messages', '', 'closed');
    tell('closed', `${code} ${reason}`, 'bad');
    onOver();
  });
  on('retry', ({ attempt, delayMs, why }) => {
    become('waiting', `waits ${(delayMs / 1000).toFixed(1)} s for retry ${attempt}`);
    if (why === 'handshake') step('handshake', 'failed', 'refused or broken');
    tell('waits', `${(delayMs / 1000).toFixed(1)} s, then retry ${attempt} (${why})`);
  });
  on('paused', ({ why }) => {
    become('paused', `paused: ${why}`);
    tell('paused', why);
  });
  on('stopped', ({ reason, message = '' }) => {
    become('stopped', `stopped: ${reason}`);
    tell('stopped', `${reason} ${message}`, reason === 'closed' ? '' : 'bad');
    onOver();
  });
  return socket;
}

function watching(onTicket) {
  return async (...request) => {
    const answer = await fetch(...request);
    if (answer.ok) onTicket((await answer.clone().json()).ticket);
    return answer;
  };
}
