import type { Emit } from '../../../log/events.ts';
import { StoreUnavailable } from '../../../tickets/errors.ts';
import type { RevocationLog } from '../../../tickets/revocation-log.ts';
import { since } from '../../../time/clock.ts';
import type { AuthenticationCheck } from '../../middleware/authentication-throttle.ts';
import type { Context } from '../../middleware/context.ts';
import { RequestError } from '../../middleware/error-mapping.ts';
import { streamHeaders } from '../../middleware/response.ts';
import { markStream } from '../../server/streams.ts';
import { type Feed, openFeed } from './feed.ts';

/** The open feeds of a listener. */
export interface RevocationFeeds {
  /**
   * Answers a request with a feed that lasts; throws `StoreUnavailable` if revocations cannot be read now, `RequestError`
   * SERVICE_OVERLOADED beyond 256 feeds. `requireKey` throws once the key of the request is not in force any more.
   */
  open(ctx: Context, requireKey: AuthenticationCheck): void;
  /** Ends the feeds whose key is not in force any more. */
  endUnauthorized(): void;
  /** Ends all feeds, and opens no more: the process stops. */
  close(): void;
  count(): number;
  /** For how many seconds the slowest gateway has been behind. */
  lagSeconds(): number;
}

export interface RevocationFeedsOptions {
  readonly log: RevocationLog;
  readonly emit: Emit;
}

/** Rejects once the key of a feed is not in force any more. */
type Recheck = () => Promise<void>;

const MAX_FEEDS = 256;

export const createRevocationFeeds = ({ log, emit }: RevocationFeedsOptions): RevocationFeeds => {
  const feeds = new Map<Feed, Recheck>();
  let closed = false;

  const endOfLog = () => {
    const end = log.recentPosition();
    if (end === undefined || closed) throw new StoreUnavailable({ message: 'revocations cannot be read now' });
    if (feeds.size >= MAX_FEEDS)
      throw new RequestError('SERVICE_OVERLOADED', `Too many feeds: ${MAX_FEEDS} are open. Use one for each gateway`);
    return end;
  };

  return {
    open: (ctx, requireKey) => {
      const end = endOfLog();
      const { req, res, state } = ctx;
      const { traceId, address } = state;
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
      feeds.set(feed, async () => requireKey(ctx));
      emit('revocation_feed_opened', { traceId, address, feeds: feeds.size });
    },
    endUnauthorized: () => {
      for (const [feed, recheck] of feeds) recheck().catch(() => feed.end('key'));
    },
    close: () => {
      closed = true;
      for (const feed of feeds.keys()) feed.end('stop');
    },
    count: () => feeds.size,
    lagSeconds: () => Math.max(0, ...[...feeds.keys()].map(({ behindMs }) => behindMs())) / 1000,
  };
};

const lastEventIdOf = ({ req: { headers } }: Context): string | undefined => {
  const id = String(headers['last-event-id'] ?? '');
  return id === '' ? undefined : id;
};
