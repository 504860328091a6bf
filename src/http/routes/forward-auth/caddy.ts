import type { ProxyAdapter } from './proxy-adapter.ts';

/** GET, with all of the handshake's headers (https://caddyserver.com/docs/caddyfile/directives/forward_auth). */
export const caddy: ProxyAdapter = { name: 'caddy', originalUri: { header: 'x-forwarded-uri' } };
