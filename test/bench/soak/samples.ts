import type { Soak, Trend } from '../../../ops/build/capacity/results.ts';
import { metricValue } from '../../support/metric-value.ts';
import type { TicketdProcess } from '../support/ticketd.ts';
import { trendOf } from './trend.ts';

type Sample = Soak['samples'][number];

export interface Sampler {
  end(): { readonly samples: readonly Sample[]; readonly heap: Trend; readonly rss: Trend };
}

const EVERY_MS = 10_000;
/** In the beginning caches fill and code is compiled: the lines begin after this part. */
const WARM_UP = 0.1;
const MB = 2 ** 20;

/** Asks a process for its memory now and then, as Prometheus would. */
export const sampleMemory = ({ internalUrl }: TicketdProcess): Sampler => {
  const beganAt = performance.now();
  const samples: Sample[] = [];
  const take = async () => {
    const metrics = await (await fetch(`${internalUrl}/metrics`)).text();
    const mb = (name: string) => {
      const bytes = metricValue(metrics, name);
      if (bytes === undefined) throw new Error(`ticketd tells no ${name}`);
      return bytes / MB;
    };
    samples.push({
      second: Math.round((performance.now() - beganAt) / 1000),
      heapMb: mb('nodejs_heap_size_used_bytes'),
      rssMb: mb('process_resident_memory_bytes'),
    });
  };
  const timer = setInterval(() => void take(), EVERY_MS);
  return {
    end: () => {
      clearInterval(timer);
      const settled = samples.slice(Math.ceil(samples.length * WARM_UP));
      const line = (of: 'heapMb' | 'rssMb') => trendOf(settled.map((sample) => [sample.second / 3600, sample[of]]));
      return { samples, heap: line('heapMb'), rss: line('rssMb') };
    },
  };
};
