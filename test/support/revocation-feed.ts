import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { REVOCATIONS_PATH } from '../../src/protocol/paths.ts';
import { bearer } from './jwt.ts';
import { GATEWAY_KEY } from './redeem.ts';
import { until } from './until.ts';

/** What a feed sent between two empty lines. */
export interface FeedMessage {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  readonly comment?: string;
}

/** The feed of revocations as one gateway gets it. */
export interface RevocationFeed {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** All that has arrived whole so far. */
  readonly messages: readonly FeedMessage[];
  /** The keys of the events `revoked` so far. */
  readonly keys: readonly string[];
  /** Where the feed can be resumed. */
  readonly lastId: string | undefined;
  /** Resolves with the messages when there are so many. */
  untilMessages(count: number): Promise<readonly FeedMessage[]>;
  /** Resolves when either side has ended it: whether ticketd sent an end. */
  readonly ended: Promise<boolean>;
  /** How many events `revoked` have arrived so far. */
  readonly count: number;
  /** Reads nothing more, until `resume`. */
  pause(): void;
  resume(): void;
  close(): void;
}

export interface FeedRequest {
  readonly method?: string;
  readonly lastEventId?: string | undefined;
}

/** Resolves when the headers have arrived, whatever the status. */
export const openFeed = async (
  url: string,
  { method = 'GET', lastEventId }: FeedRequest = {},
): Promise<RevocationFeed> => {
  const headers = { ...bearer(GATEWAY_KEY), ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }) };
  const asked = request(`${url}${REVOCATIONS_PATH}`, { method, headers, agent: false }).end();
  const [response] = await once(asked, 'response');
  let text = '';
  let incomplete = '';
  let count = 0;
  response.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    const blocks = `${incomplete}${part}`.split('\n\n');
    incomplete = blocks.pop() ?? '';
    count += blocks.filter((block) => block.includes('event: revoked')).length;
  });
  const ended = new Promise<boolean>((resolve) => response.once('close', () => resolve(response.complete)));
  // A feed that is destroyed is not complete.
  response.on('error', () => {});
  const messages = () => text.split('\n\n').slice(0, -1).map(messageOf);
  return {
    status: response.statusCode,
    headers: response.headers,
    get messages() {
      return messages();
    },
    get keys() {
      return messages().flatMap(({ event, data = '' }) => (event === 'revoked' ? JSON.parse(data).key : []));
    },
    get lastId() {
      return messages().findLast(({ id }) => id !== undefined)?.id;
    },
    untilMessages: async (count) => {
      await until(`${count} messages of a feed`, () => messages().length >= count);
      return messages();
    },
    ended,
    get count() {
      return count;
    },
    pause: () => response.pause(),
    resume: () => response.resume(),
    close: () => asked.destroy(),
  };
};

/** A feed of a service that has started just now, and may not know yet where the log ends. */
export const untilFeed = async (url: string, asked?: FeedRequest): Promise<RevocationFeed> => {
  let feed: RevocationFeed | undefined;
  await until('a feed', async () => {
    feed = await openFeed(url, asked);
    return feed.status === 200;
  });
  return feed as RevocationFeed;
};

const messageOf = (block: string): FeedMessage =>
  Object.fromEntries(
    block.split('\n').map((line) => {
      const [, name = '', value = ''] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
      return [name === '' ? 'comment' : name, value];
    }),
  );
