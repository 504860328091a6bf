import type { ProxyAdapter } from './proxy-adapter.ts';

/** GET, with `X-Forwarded-*` (https://doc.traefik.io/traefik/middlewares/http/forwardauth/). */
export const traefik: ProxyAdapter = { name: 'traefik', originalUri: { header: 'x-forwarded-uri' } };
