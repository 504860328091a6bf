import type { IncomingMessage, RequestListener } from 'node:http';
import { HEALTH_PATHS, METRICS_PATH, READY_PATHS } from '../../protocol/paths.ts';
import { stampArrival } from './arrival.ts';
import type { Gate } from './concurrency-limiter.ts';

export interface AdmissionOptions {
  readonly gate: Gate;
  /** For probes and metrics, which neither wait behind tickets nor keep them waiting, and are not refused. */
  readonly probeGate: Gate;
  readonly answer: RequestListener;
  readonly refuse: RequestListener;
}

/** Lets requests in through their gates. */
export const admitInTurn =
  ({ gate, probeGate, answer, refuse }: AdmissionOptions): RequestListener =>
  (request, response) => {
    stampArrival(request);
    const start = () => answer(request, response);
    if (isProbe(request)) probeGate.enter(response, { start, refuse: () => response.destroy() });
    else gate.enter(response, { start, refuse: () => refuse(request, response) });
  };

const PROBES = new Set([...HEALTH_PATHS, ...READY_PATHS, METRICS_PATH]);

const isProbe = ({ url = '' }: IncomingMessage): boolean => PROBES.has(url.split('?', 1)[0] ?? '');
