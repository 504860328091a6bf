/** A header that has the URI of the handshake: path and query, or in `x-original-url` the whole URL. */
export type UriHeader = 'x-original-uri' | 'x-original-url' | 'x-forwarded-uri';

/** How one proxy asks whether a handshake may pass. */
export interface ProxyAdapter {
  /** As in the path of its location, `/forward-auth/<name>`. */
  readonly name: string;
  /** Where the URI of the handshake is: in the first of these headers; or behind the path of the location, with its query. */
  readonly originalUri: readonly UriHeader[] | 'target';
}

/** Each proxy has a path of its own: nothing is guessed from headers, which a client could have sent. */
export const proxies: readonly ProxyAdapter[] = [
  // GET, with what the location of `auth_request` sets (https://nginx.org/en/docs/http/ngx_http_auth_request_module.html);
  // that of ingress-nginx (`auth-url`) sets the URL alone.
  { name: 'nginx', originalUri: ['x-original-uri', 'x-original-url'] },
  // GET, with `X-Forwarded-*` (https://doc.traefik.io/traefik/middlewares/http/forwardauth/).
  { name: 'traefik', originalUri: ['x-forwarded-uri'] },
  // GET, with all headers of the handshake (https://caddyserver.com/docs/caddyfile/directives/forward_auth).
  { name: 'caddy', originalUri: ['x-forwarded-uri'] },
  // GET from ops/deploy/proxies/haproxy/ticketd.lua; HEAD from haproxy-auth-request, whose configuration sets the header.
  { name: 'haproxy', originalUri: ['x-original-uri'] },
  // The method of the handshake, and its URI behind `path_prefix` (ext_authz over HTTP; only 200 lets it pass).
  { name: 'envoy', originalUri: 'target' },
];
