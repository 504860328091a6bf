import type { ProxyAdapter } from './proxy-adapter.ts';

/** GET, with what the location of `auth_request` sets (https://nginx.org/en/docs/http/ngx_http_auth_request_module.html). */
export const nginx: ProxyAdapter = { name: 'nginx', originalUri: { header: 'x-original-uri' } };
