/**
 * Calls `onReadiness`, `onLog` and `onTicket` with what the demo observes of ticketd, `onSockets` and `onGateway` with
 * what it observes of the gateway, and `onLost` when the demo ends.
 */
export function watchFeed({ onReadiness, onLog, onTicket, onSockets, onGateway, onLost }) {
  const feed = new EventSource('feed');
  const on = (type, listener) => feed.addEventListener(type, ({ data }) => listener(JSON.parse(data)));
  on('readiness', onReadiness);
  on('log', onLog);
  on('ticket', onTicket);
  on('sessions', onSockets);
  on('gateway', onGateway);
  let lost = false;
  feed.addEventListener('error', () => {
    if (!lost) onLost();
    lost = true;
  });
  // Another run of the demo: its secrets and ports differ.
  feed.addEventListener('open', () => lost && location.reload());
}
