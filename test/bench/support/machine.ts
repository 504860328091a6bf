import { execFileSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import type { Machine } from '../../../ops/build/capacity/results.ts';

/** What the figures were had on. */
export const thisMachine = (): Machine => ({
  node: process.versions.node,
  redis: /v=([\d.]+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown',
  cores: availableParallelism(),
});

/** Of the last minute. */
export const loadAverage = (): number => loadavg()[0] ?? Number.NaN;
