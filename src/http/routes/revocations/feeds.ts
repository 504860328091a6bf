import type { Emit } from '../../../log/events.ts';
import { StoreUnavailable } from '../../../tickets/errors.ts';
import type { RevocationLog } from '../../../tickets/revocation-log.ts';
import { since } from '../../../time/clock.ts';
import type { Context } from '../../middleware/context.ts';
import { RequestError } from '../../middleware/error-mapping.ts';
import { streamHeaders } from '../../middleware/response.ts';
import { markStream } from '../../server/streams.ts';
import { type Feed, openFeed } from './feed.ts';

/** The open feeds of a listener. */
export interface RevocationFeeds {
  /** Answers a request with a feed that lasts; throws `StoreUnavailable` if revocations cannot be read now. */
  open(ctx: Context): void;
  /** Ends all feeds, and opens no more: the process stops. */
  close(): void;
  readonly count: number;
  /** For how many seconds the slowest gateway has been behind. */
  readonly lagSeconds: number;
}

export interface RevocationFeedsOptions {
  readonly log: RevocationLog;
  readonly emit: Emit;
}

const MAX_FEEDS = 256;

export const createRevocationFeeds = ({ log, emit }: RevocationFeedsOptions): RevocationFeeds => {
  const feeds = new Set<Feed>();
  let closed = false;

  const endOfLog = () => {
    const end = log.recentPosition();
    if (end === undefined || closed) throw new StoreUnavailable({ message: 'revocations cannot be read now' });
    if (feeds.size >= MAX_FEEDS)
      throw new RequestError('SERVICE_OVERLOADED', `Too many feeds: ${MAX_FEEDS} are open. Use one for each gateway`);
    return end;
  };

  return {
    open: (ctx) => {
      const end = endOfLog();
      const { req, res, state } = ctx;
      const { traceId, address } = state;
      state.streams = true;
      res.writeHead(200, streamHeaders(ctx, 'text/event-stream; charset=utf-8'));
      if (req.method === 'HEAD') return void res.end();
      res.flushHeaders();
      markStream(req);
      const startedAt = performance.now();
      const onEnd = (reason: string): void => {
        feeds.delete(feed);
        emit('revocation_feed_closed', { traceId, address, reason, feeds: feeds.size, durationMs: since(startedAt) });
      };
      const feed = openFeed({ log, response: res, after: lastEventIdOf(ctx), end, onEnd });
      feeds.add(feed);
      emit('revocation_feed_opened', { traceId, address, feeds: feeds.size });
    },
    close: () => {
      closed = true;
      for (const feed of feeds) feed.end('stop');
    },
    get count() {
      return feeds.size;
    },
    get lagSeconds() {
      return Math.max(0, ...[...feeds].map(({ behindMs }) => behindMs())) / 1000;
    },
  };
};

const lastEventIdOf = ({ req: { headers } }: Context): string | undefined => {
  const id = String(headers['last-event-id'] ?? '');
  return id === '' ? undefined : id;
};
