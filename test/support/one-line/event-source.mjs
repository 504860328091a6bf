import { eventSourceWithTicket } from 'ticketd/client';

const { options, sourceUrl, report } = globalThis;
const source = eventSourceWithTicket({ ...options, sourceUrl, baseDelayMs: 100, maxDelayMs: 200 });
source.onopen = () => report('open');
source.onmessage = ({ data, lastEventId }) => report(`${lastEventId}: ${data}`);
source.addEventListener('news', ({ data }) => report(`news: ${data}`));
source.onerror = ({ reason }) => {
  if (reason) report(`stopped: ${reason} ${source.readyState}`);
};
