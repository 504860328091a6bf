import type { Config } from '../config/fields.ts';
import type { ServerTarget } from '../config/redis-url.ts';

/** What of the configuration says how Redis is reached. */
export interface RedisAccess {
  readonly target: ServerTarget;
  readonly redis: Config['redis'];
  /** Whether tickets are counted for each subject, which takes rights of its own. */
  readonly counts?: boolean;
}

export type Topology = 'single' | 'sentinel' | 'cluster';

export const topologyOf = ({ redis: { cluster, sentinelMaster } }: RedisAccess): Topology => {
  if (cluster) return 'cluster';
  return sentinelMaster === undefined ? 'single' : 'sentinel';
};
