import { prepareCaddy } from './caddy.ts';
import { prepareHaproxy } from './haproxy.ts';
import { prepareNginx } from './nginx.ts';
import type { Prepare } from './proxy-process.ts';

/** The proxies that Debian has a package of. */
export const programs: Readonly<Record<'nginx' | 'caddy' | 'haproxy', Prepare>> = {
  nginx: prepareNginx,
  caddy: prepareCaddy,
  haproxy: prepareHaproxy,
};

export const programNames = ['nginx', 'caddy', 'haproxy'] as const;
export type ProgramName = (typeof programNames)[number];
