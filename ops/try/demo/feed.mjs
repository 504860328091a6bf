/** How many messages of each type a page gets that opens later. */
const KEPT = { readiness: 20, log: 100, ticket: 1, sessions: 1, gateway: 4 };

/** Server-sent events for every open page. A page that opens later first gets the newest messages of each type. */
export function createFeed() {
  const pages = new Set();
  const messages = [];
  const forget = (type) => {
    const ofType = messages.filter((message) => message.type === type);
    if (ofType.length > KEPT[type]) messages.splice(messages.indexOf(ofType[0]), 1);
  };
  return {
    publish: (type, data) => {
      const message = { type, text: `event: ${type}\ndata: ${JSON.stringify(data)}\n\n` };
      messages.push(message);
      forget(type);
      for (const page of pages) page.write(message.text);
    },
    serve: (response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      response.write(messages.map(({ text }) => text).join(''));
      response.flushHeaders();
      pages.add(response);
      response.once('close', () => pages.delete(response));
    },
  };
}
