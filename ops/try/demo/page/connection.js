import { connectWithTicket } from './client.js';
import { markAttempt, showState } from './connection-state.js';
import { logLine } from './log.js';
import { step } from './steps.js';

/** Connects like any page, and shows each step. `onTicket` gets each response with a ticket, which a real page does not need. */
export function connect({ ticketUrl, socketUrl, token, onTicket, onOpen, onOver, onStopped }) {
  const socket = connectWithTicket({ ticketUrl, socketUrl, getToken: () => token, fetch: watching(onTicket) });
  const on = (type, listener) => socket.addEventListener(type, listener);
  on('connecting', ({ attempt }) => {
    markAttempt();
    showState('connecting', attempt === 0 ? 'connecting' : `connecting, retry ${attempt}`);
    step('ticket', 'busy', 'requested');
    step('handshake', '', 'waiting for a ticket');
    logLine('connecting', attempt === 0 ? 'requests a ticket' : `retry ${attempt}: requests a new ticket`);
  });
  on('ticket-error', ({ status, errorCode, message, retryAfterMs }) => {
    const wait = retryAfterMs ? `; Retry-After ${retryAfterMs / 1000} s` : '';
    step('ticket', 'failed', status ? `${status} ${errorCode ?? ''}` : 'no response');
    logLine('no ticket', `${status ?? 'no response'} ${errorCode ?? message}${wait}`, 'bad');
  });
  on('ticket', ({ traceId }) => {
    step('ticket', 'done', 'received, for one use');
    step('handshake', 'busy', 'in progress');
    logLine('ticket', `trace ${traceId}`, 'good');
  });
  on('open', () => {
    showState('open', 'open');
    step('handshake', 'done', '101, the ticket is used');
    step('messages', 'busy', 'ready');
    logLine('open', 'the gateway redeemed the ticket', 'good');
    onOpen(socket);
  });
  on('message', ({ data }) => {
    step('messages', 'done', data);
    logLine('message', data);
  });
  on('close', ({ code, reason }) => {
    step('messages', '', `closed: ${code} ${reason}`);
    logLine('closed', `${code} ${reason}`, 'bad');
    onOver();
  });
  on('retry', ({ attempt, delayMs, why }) => {
    showState('waiting', `waits ${(delayMs / 1000).toFixed(1)} s for retry ${attempt}`);
    if (why === 'handshake') step('handshake', 'failed', 'refused or broken');
    logLine('waits', `${(delayMs / 1000).toFixed(1)} s, then retry ${attempt} (${why})`);
  });
  on('paused', ({ why }) => {
    showState('paused', `paused (${why})`);
    logLine('paused', why);
  });
  on('stopped', ({ reason, message = '' }) => {
    showState('stopped', `stopped (${reason})`);
    logLine('stopped', `${reason} ${message}`, reason === 'closed' ? '' : 'bad');
    onOver();
    onStopped(reason);
  });
  return socket;
}

function watching(onTicket) {
  return async (...request) => {
    const response = await fetch(...request);
    if (response.ok) onTicket(await response.clone().json());
    return response;
  };
}
