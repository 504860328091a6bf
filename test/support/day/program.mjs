/** The application of the day, in a page and in Node.js alike: keeps a socket and reports all that happens to it. */
export const liveTheDay = ({ connectWithTicket, WebSocket, origin, socketUrl, report }) => {
  const sockets = [];
  const living = () => sockets.filter(({ readyState }) => readyState <= WebSocket.OPEN).length;

  class ReportedSocket extends WebSocket {
    constructor(...address) {
      super(...address);
      sockets.push(this);
      report({ type: 'socket', living: living() });
    }
  }

  const client = connectWithTicket({
    ticketUrl: `${origin}/ticket`,
    socketUrl,
    getToken: async ({ rejected, signal }) => {
      report({ type: 'getToken', rejected });
      const answer = await fetch(`${origin}/token?rejected=${rejected}`, { signal });
      return answer.text();
    },
    baseDelayMs: 200,
    maxDelayMs: 500,
    WebSocket: ReportedSocket,
  });
  const types = ['connecting', 'ticket', 'ticket-error', 'open', 'close', 'retry', 'paused', 'stopped'];
  for (const type of types)
    client.addEventListener(type, ({ why, reason, code, status, errorCode, message }) =>
      report({ type, why, reason, code, status, errorCode, message }),
    );
  return client;
};
