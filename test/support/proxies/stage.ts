import { issueTicket, type Wish } from '../redeem.ts';
import { startRedis, type TestRedis } from '../redis.ts';
import { type RunningService, startService } from '../service.ts';
import { type Offer, type Opening, openSocket } from './open-socket.ts';
import { getPlainly, type OpenStream, openEvents, type PlainAnswer } from './plain-request.ts';
import { type ProgramName, programs } from './programs.ts';
import { type Prepare, type RunningProxy, runProxy } from './proxy-process.ts';
import { type SeenRequest, startUpstream, type Upstream } from './upstream.ts';

/** A real proxy with its shipped configuration between clients, ticketd with a Redis, and a server. */
export interface Stage {
  readonly redis: TestRedis;
  readonly service: RunningService;
  readonly upstream: Upstream;
  readonly proxy: RunningProxy;
  /** Every ticket that `ticketFor` has got. */
  readonly issued: readonly string[];
  ticketFor(wish?: Wish): Promise<string>;
  /** Opens a socket through the proxy. */
  open(uri: string, offer?: Offer): Promise<Opening>;
  /** Gets a file through the proxy, or what else is at this URI. */
  get(uri: string, headers?: Readonly<Record<string, string>>): Promise<PlainAnswer>;
  /** Opens an EventSource through the proxy. */
  events(uri: string, headers?: Readonly<Record<string, string>>): Promise<OpenStream>;
  /** How often ticketd was asked about a handshake. */
  asked(): number;
  /** The values of a header, in lower case, of the last request that reached the upstream. */
  lastHeader(name: string): readonly string[];
  lastSeen(): SeenRequest | undefined;
  /** Ends all of it and resolves with all that the proxy has logged. */
  stop(): Promise<string>;
}

/** The name is that of the location that the proxy asks at. */
export const startStage = async (name: ProgramName, prepare: Prepare = programs[name]): Promise<Stage> => {
  const issued: string[] = [];
  const redis = await startRedis();
  const env = { REDIS_URL: redis.url, FORWARD_AUTH_TRUSTED: '127.0.0.1', TRUSTED_PROXIES: '127.0.0.1' };
  const service = await startService(env);
  const upstream = await startUpstream();
  const ticketdPort = Number(new URL(service.internalUrl).port);
  const proxy = await runProxy(prepare, { ticketdPort, upstreamPort: upstream.port });
  const lastSeen = () => upstream.seen.at(-1);
  return {
    redis,
    service,
    upstream,
    proxy,
    issued,
    ticketFor: async (wish = {}) => {
      const ticket = await issueTicket(service, wish);
      issued.push(ticket);
      return ticket;
    },
    open: (uri, offer) => openSocket(`${proxy.url}${uri}`, offer),
    get: (uri, headers) => getPlainly(proxy.url, uri, headers),
    events: (uri, headers) => openEvents(proxy.url, uri, headers),
    asked: () => service.eventsOf('request').filter(({ route }) => route === `/forward-auth/${name}`).length,
    lastHeader: (header) =>
      (lastSeen()?.headers ?? []).filter(([sent]) => sent.toLowerCase() === header).map(([, value]) => value),
    lastSeen,
    stop: async () => {
      const log = await proxy.stop();
      await upstream.stop();
      await service.stop();
      return log;
    },
  };
};
