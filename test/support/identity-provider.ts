import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Jwk, jwksOf } from './signing-key.ts';

/** An identity provider, as far as whoever verifies its tokens sees it: a real server that publishes keys. */
export interface IdentityProvider {
  /** Where the keys are. */
  readonly url: string;
  readonly origin: string;
  /** The paths asked for so far. */
  readonly asked: readonly string[];
  /** From now on these keys are published. */
  publish(...keys: readonly { readonly jwk: Jwk }[]): void;
  /** From now on every request is answered like this. */
  answer(how: RequestListener): void;
  /** From now on connections are refused. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  start(): Promise<void>;
}

const PATH = '/.well-known/jwks.json';
const open = new Set<Server>();

export const startIdentityProvider = async (...keys: readonly { readonly jwk: Jwk }[]): Promise<IdentityProvider> => {
  const asked: string[] = [];
  let listener = publishing(keys);
  const server = createServer((req, res) => {
    asked.push(req.url ?? '');
    listener(req, res);
  });
  const listen = async (at: number): Promise<number> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    open.add(server);
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: `${origin}${PATH}`,
    origin,
    asked,
    publish: (...published) => {
      listener = publishing(published);
    },
    answer: (how) => {
      listener = how;
    },
    stop: () => close(server),
    start: async () => void (await listen(port)),
  };
};

const publishing =
  (keys: readonly { readonly jwk: Jwk }[]): RequestListener =>
  (_req, res) => {
    res.setHeader('Content-Type', 'application/json');
    res.end(jwksOf(...keys));
  };

const close = async (server: Server): Promise<void> => {
  open.delete(server);
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
};

/** Ends what the tests left running. */
export const closeProviders = async (): Promise<void> => {
  await Promise.all([...open].map(close));
};
