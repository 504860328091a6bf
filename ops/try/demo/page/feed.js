/** Calls `onReadiness`, `onLog` and `onTicket` with what the demo observes of ticketd, and `onLost` when the demo ends. */
export function watchFeed({ onReadiness, onLog, onTicket, onLost }) {
  const feed = new EventSource('feed');
  const on = (type, listener) => feed.addEventListener(type, ({ data }) => listener(JSON.parse(data)));
  on('readiness', onReadiness);
  on('log', onLog);
  on('ticket', onTicket);
  let lost = false;
  feed.addEventListener('error', () => {
    if (!lost) onLost();
    lost = true;
  });
  // Another run of the demo: its secrets and ports differ.
  feed.addEventListener('open', () => lost && location.reload());
}
