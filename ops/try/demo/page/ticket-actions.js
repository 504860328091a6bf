import { byId } from './elements.js';
import { logLine } from './log.js';
import { post } from './ticketd.js';

const [get, use, revoke] = ['get-ticket', 'use-ticket', 'revoke'].map(byId);
const [owner, note] = ['ticket-owner', 'ticket-note'].map(byId);

/** The buttons below the last ticket: get one, use it at the gateway, and revoke all of this session. */
export function createTicketActions({ ticketUrl, socketUrl }) {
  let token;
  /** The last response with a ticket to this page, and the trace id of the ticket that is shown. */
  let own;
  let shownTraceId;

  const showOwner = () => {
    const isOwn = own !== undefined && own.traceId === shownTraceId;
    owner.textContent = isOwn ? 'this page' : 'another client';
    // Nothing shows the ticket of another client, such as curl.
    use.disabled = !isOwn;
  };
  const remember = (response) => {
    own = response;
    showOwner();
  };

  onClick(get, 'no ticket', async () => {
    const body = await post(ticketUrl, token);
    logLine('ticket', `trace ${body.traceId}`, 'good');
    remember(body);
  });
  onClick(revoke, 'not revoked', async () => {
    await post(`${ticketUrl}/revoke`, token);
    logLine('revoked', 'every unused ticket of this session');
    note.textContent = 'Every unused ticket of this session is revoked, and its sockets close. The JWT still works.';
  });
  use.addEventListener('click', () => present(`${socketUrl}?ticket=${own.ticket}`));
  return {
    /** Without a JWT, only a ticket that was issued before can be used. */
    setToken: (value) => {
      token = value;
      for (const button of [get, revoke]) button.disabled = token === undefined;
    },
    remember,
    setShown: ({ traceId }) => {
      shownTraceId = traceId;
      showOwner();
    },
  };
}

/** Opens a WebSocket with the ticket and closes it when the gateway greets. */
function present(url) {
  const socket = new WebSocket(url);
  let admitted = false;
  socket.addEventListener('message', () => {
    admitted = true;
    logLine('ticket used', 'the gateway opened a WebSocket, and this page closed it', 'good');
    socket.close();
  });
  socket.addEventListener('close', ({ code, reason }) => {
    if (!admitted) logLine('ticket refused', code === 1006 ? 'before the handshake' : `${code} ${reason}`, 'bad');
  });
}

function onClick(button, failure, work) {
  button.addEventListener('click', async () => {
    note.textContent = '';
    try {
      await work();
    } catch ({ message }) {
      logLine(failure, message, 'bad');
      note.textContent = `${failure}: ${message}`;
    }
  });
}
