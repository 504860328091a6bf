import type { ProxyAdapter } from './proxy-adapter.ts';

/** The handshake's method, and its URI behind `path_prefix` (ext_authz over HTTP; only 200 lets it pass). */
export const envoy: ProxyAdapter = { name: 'envoy', originalUri: 'target' };
