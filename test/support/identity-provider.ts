import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Jwk, jwksOf } from './signing-key.ts';
import type { Certificate } from './tls.ts';

type Published = readonly { readonly jwk: Jwk }[];

/** An identity provider, as far as whoever verifies its tokens sees it: a real server that publishes keys. */
export interface IdentityProvider {
  /** Where the keys are. */
  readonly url: string;
  readonly origin: string;
  /** The paths asked for so far. */
  readonly asked: readonly string[];
  /** From now on these keys are published. */
  publish(...keys: Published): void;
  /** From now on every request is answered like this. */
  answer(how: RequestListener): void;
  /** From now on connections are refused. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  start(): Promise<void>;
}

const PATH = '/.well-known/jwks.json';
const open = new Set<Server>();

/** Over plain HTTP, on this machine. */
export const startIdentityProvider = (...keys: Published): Promise<IdentityProvider> =>
  start('http', (listener) => createServer(listener), keys);

export const startTlsIdentityProvider = (
  { certFile, keyFile }: Certificate,
  ...keys: Published
): Promise<IdentityProvider> => {
  const certificate = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  return start('https', (listener) => createTlsServer(certificate, listener), keys);
};

const start = async (
  scheme: string,
  create: (listener: RequestListener) => Server,
  keys: Published,
): Promise<IdentityProvider> => {
  const asked: string[] = [];
  let listener = publishing(keys);
  const server = create((req, res) => {
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
  const origin = `${scheme}://127.0.0.1:${port}`;
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
  (keys: Published): RequestListener =>
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
