import { createFeed } from './feed.mjs';
import { followLastTicket } from './last-ticket.mjs';
import { createLogReader } from './log.mjs';
import { findKeys } from './redis-client.mjs';

/** What happens inside ticketd: `readLog` reads it from its log, and `feed` sends it to the page. `login` gets it, too. */
export async function observeInside({ redisUrl, ttlSeconds, login }) {
  const feed = createFeed();
  const follow = followLastTicket({
    ttlSeconds: Number(ttlSeconds),
    isStored: async (id) => (await findKeys(redisUrl, `ticketd:*${id}*`)).length > 0,
    onChange: (ticket) => feed.publish('ticket', ticket),
  });
  const readLog = await createLogReader((event) => {
    feed.publish('log', event);
    follow(event);
    login.observe(event);
  });
  return { feed, readLog };
}
