import type { Scale } from '../../../ops/build/capacity/results.ts';
import { measureCluster } from './cluster.ts';
import { measureConnections } from './connections.ts';
import { measureCosts } from './costs.ts';
import type { LoadKit } from './load-kit.ts';
import { measureProcesses } from './processes.ts';
import { measureTickets } from './tickets.ts';

type PartName = Exclude<keyof Scale, 'machine'>;

type Parts = { readonly [Name in PartName]: (kit: LoadKit) => Promise<Omit<Scale[Name], 'loadAverage'>> };

/** What is measured, in this order; each with a Redis of its own. */
export const parts: Parts = {
  costs: measureCosts,
  processes: measureProcesses,
  cluster: measureCluster,
  connections: measureConnections,
  tickets: measureTickets,
};
