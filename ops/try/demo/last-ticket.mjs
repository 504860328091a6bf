/** How many states of a ticket are shown, from the last one back. */
const MAX_STATES = 6;

/**
 * Follows the last ticket through ticketd's log events, from any client. `onChange` gets the ticket after each
 * change, with its states in order. `isStored` returns whether the store still has the ticket with an id.
 */
export function followLastTicket({ ttlSeconds, isStored, onChange }) {
  let ticket = { id: undefined, states: [] };
  let expiry;

  const isIssued = () => ticket.states.at(-1)?.state === 'issued';
  const enter = (state, { at = Date.now(), reason } = {}) => {
    ticket = { ...ticket, states: [...ticket.states, { state, at, reason }].slice(-MAX_STATES) };
    onChange(ticket);
  };
  const leaveIssued = (state, details) => {
    if (isIssued()) enter(state, details);
  };

  const start = ({ ticketId, traceId, sessionId, subject, time }) => {
    const at = Date.parse(time);
    const expiresAt = at + ttlSeconds * 1000;
    ticket = { id: ticketId, traceId, sessionId, subject, expiresAt, states: [] };
    enter('issued', { at });
    clearTimeout(expiry);
    expiry = setTimeout(() => leaveIssued('expired'), expiresAt - Date.now());
    expiry.unref();
  };
  const checkStored = async () => {
    if (!isIssued()) return;
    const { id } = ticket;
    // Redis may be down again already: then the next check decides.
    const stored = await isStored(id).catch(() => true);
    if (!stored && ticket.id === id) leaveIssued('lost');
  };

  const steps = {
    ws_ticket_issued: start,
    ws_ticket_redeemed: ({ ticketId, at }) => ticketId === ticket.id && enter('used', { at }),
    ws_ticket_rejected: ({ ticketId, at, reason }) => ticketId === ticket.id && enter('refused', { at, reason }),
    ws_ticket_revoked: ({ scope, sessionId, subject, at }) => {
      const matches = scope === 'subject' ? subject === ticket.subject : sessionId === ticket.sessionId;
      if (matches) leaveIssued('revoked', { at });
    },
    // The store may have been restarted, empty.
    redis_up: checkStored,
    redis_connect_ok: checkStored,
    memory_store: () => leaveIssued('lost'),
  };
  return (event) => steps[event.event]?.({ ...event, at: Date.parse(event.time) });
}
