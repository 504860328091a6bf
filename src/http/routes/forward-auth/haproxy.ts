import type { ProxyAdapter } from './proxy-adapter.ts';

/** GET from ops/deploy/proxies/haproxy/ticketd.lua; HEAD from haproxy-auth-request with the header. */
export const haproxy: ProxyAdapter = { name: 'haproxy', originalUri: { header: 'x-original-uri' } };
