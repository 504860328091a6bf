import { type Answer, ask } from './ask.ts';

/** The handshake that a proxy asks about. */
export interface Handshake {
  readonly uri: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface AuthRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const UPGRADE = { Connection: 'Upgrade', Upgrade: 'websocket' };
const KEY = { 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };
const FORWARDED = { 'X-Forwarded-Proto': 'http', 'X-Forwarded-Host': 'ws.example', 'X-Forwarded-For': '198.51.100.7' };

export const proxyNames = ['nginx', 'traefik', 'caddy', 'haproxy', 'envoy'] as const;
export type ProxyName = (typeof proxyNames)[number];

type Ask = (handshake: Handshake, audience?: string) => AuthRequest;

const location = (proxy: string, audience?: string): string =>
  `/forward-auth/${proxy}${audience === undefined ? '' : `@${encodeURIComponent(audience)}`}`;

/** What each proxy sends, as its own source has it. */
export const authRequests: Readonly<Record<ProxyName, Ask>> = {
  nginx: ({ uri, headers }, audience) => ({
    method: 'GET',
    path: location('nginx', audience),
    headers: { ...headers, ...KEY, 'X-Original-URI': uri },
  }),
  traefik: ({ uri, headers }, audience) => ({
    method: 'GET',
    path: location('traefik', audience),
    headers: { ...headers, ...KEY, ...FORWARDED, 'X-Forwarded-Method': 'GET', 'X-Forwarded-Uri': uri },
  }),
  caddy: ({ uri, headers }, audience) => ({
    method: 'GET',
    path: location('caddy', audience),
    headers: { ...headers, ...KEY, ...UPGRADE, ...FORWARDED, 'X-Forwarded-Method': 'GET', 'X-Forwarded-Uri': uri },
  }),
  haproxy: ({ uri, headers }, audience) => ({
    method: 'HEAD',
    path: location('haproxy', audience),
    headers: { ...headers, ...KEY, ...UPGRADE, 'X-Original-URI': uri },
  }),
  envoy: ({ uri, headers }, audience) => ({
    method: 'GET',
    path: `${location('envoy', audience)}${uri}`,
    headers: {
      ...headers,
      'Content-Length': '0',
      'X-Envoy-Internal': 'true',
      'X-Envoy-Expected-Rq-Timeout-Ms': '2000',
    },
  }),
};

/** Asks as that proxy would. */
export const askAs = (
  proxy: ProxyName,
  { internalUrl }: { readonly internalUrl: string },
  handshake: Handshake,
  audience?: string,
  /** In place of those of the proxy. */
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const { path, ...question } = authRequests[proxy](handshake, audience);
  return ask(`${internalUrl}${path}`, { ...question, headers: { ...question.headers, ...headers } });
};
