import type { Axis, Chart } from './chart.ts';
import type { Cost, Played, Scale, Soak, Storms } from './results.ts';

export interface Results {
  readonly scale: Scale;
  readonly storm: Storms;
  readonly soak: Soak;
}

type Points = readonly (readonly [number, number])[];

const pointsOf = <Row>(rows: readonly Row[], x: (row: Row) => number, y: (row: Row) => number): Points =>
  rows.map((row) => [x(row), y(row)]);

/** CPU time of a ticket, as a function of one variable. */
const cpuChart = <Row extends Cost>(by: string, x: Axis, rows: readonly Row[], of: (row: Row) => number): Chart => ({
  title: `CPU for a ticket issued, by ${by}`,
  x,
  y: { name: 'µs of CPU' },
  lines: {
    ticketd: pointsOf(rows, of, (row) => row.ticketdMicros),
    Redis: pointsOf(rows, of, (row) => row.redisMicros),
  },
});

const CONNECTIONS: Axis = { name: 'connections', kind: 'log' };
const LIVE_TICKETS: Axis = { name: 'live tickets', kind: 'log' };

/** The charts of the results, by file name without extension. */
export const chartsOf = ({ scale, storm, soak }: Results): Readonly<Record<string, Chart>> => ({
  processes: cpuChart(
    'processes on one Redis',
    { name: 'ticketd processes' },
    scale.processes.rows,
    (row) => row.processes,
  ),
  'connections-cpu': cpuChart('connections', CONNECTIONS, scale.connections.rows, (row) => row.connections),
  'connections-latency': {
    title: 'Response time with a request on every connection',
    x: CONNECTIONS,
    y: { name: 'ms', kind: 'log' },
    lines: latencyOf(scale),
  },
  'tickets-cpu': cpuChart('live tickets', LIVE_TICKETS, scale.tickets.rows, (row) => row.tickets),
  'tickets-memory': {
    title: 'Redis memory for each live ticket',
    x: LIVE_TICKETS,
    y: { name: 'bytes' },
    lines: {
      'bytes each': pointsOf(
        scale.tickets.rows,
        (row) => row.tickets,
        (row) => row.bytesEach,
      ),
    },
  },
  'storm-simulated': {
    title: 'A million users after a Redis outage, simulated',
    ...BACK,
    x: { ...BACK.x, kind: 'log' },
    lines: Object.fromEntries(storm.simulated.map(({ tasks, outage }) => [`${tasks} tasks`, curveOf(outage)])),
  },
  'storm-real': {
    title: `${storm.real.clients} clients after a Redis outage, measured and simulated`,
    ...BACK,
    lines: { measured: curveOf(storm.real.observed), simulated: curveOf(storm.real.predicted) },
  },
  soak: {
    title: 'Memory of the process that never restarted',
    x: { name: 'minutes' },
    y: { name: 'MB' },
    lines: {
      RSS: pointsOf(soak.samples, minutesOf, (sample) => sample.rssMb),
      'heap used': pointsOf(soak.samples, minutesOf, (sample) => sample.heapMb),
    },
  },
});

const BACK = { x: { name: 'seconds since Redis is back' }, y: { name: '% of the users', max: 100 } } as const;

const curveOf = ({ curve }: Played): Points => curve.map(({ percent, seconds }) => [seconds, percent]);

const latencyOf = ({ connections: { rows } }: Scale): Chart['lines'] => {
  const line = (of: (row: Cost) => number) => pointsOf(rows, (row) => row.connections, of);
  return { p50: line((row) => row.p50Ms), p99: line((row) => row.p99Ms), 'p99.9': line((row) => row.p999Ms) };
};

const minutesOf = ({ second }: Soak['samples'][number]): number => second / 60;
