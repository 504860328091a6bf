import { table } from '../docs/markdown-table.ts';
import type { Results } from './charts.ts';
import { figuresOf, sizeFor, tasksForStorm } from './formula.ts';
import { steepest } from './growth.ts';
import type { Cost, Machine, Played, Trend } from './results.ts';

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const seconds = (value: number | null): string => (value === null ? 'not in 10 minutes' : `${value.toFixed(1)} s`);
const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

const COST_HEAD = ['CPU of ticketd, µs', 'of Redis, µs', 'requests/s', 'p50 ms', 'p99 ms', 'p99.9 ms'];
const costCells = (cost: Cost): readonly string[] => [
  whole(cost.ticketdMicros),
  cost.redisMicros > 0 ? cost.redisMicros.toFixed(1) : '–',
  whole(cost.perSecond),
  ...[cost.p50Ms, cost.p99Ms, cost.p999Ms].map(whole),
];

const costTable = (what: string, rows: readonly (readonly [string, Cost])[]): string =>
  table(
    [what, ...COST_HEAD],
    rows.map(([name, cost]) => [name, ...costCells(cost)]),
  );

const machineText = ({ node, redis, cores }: Machine): string => `Node.js ${node}, Redis ${redis}, ${cores} cores`;

const conditions = ({ scale, storm, soak }: Results): string => {
  const machines = new Set([scale, storm, soak].map(({ machine }) => machineText(machine)));
  const parts = [scale.costs, scale.processes, scale.cluster, scale.connections, scale.tickets, storm.real, soak];
  const averages = parts.map(({ loadAverage }) => loadAverage);
  const [least, most] = [Math.min(...averages), Math.max(...averages)].map((average) => average.toFixed(1));
  return [
    `Measured with ${[...machines].join('; with ')}.`,
    `In the minute before each command began, the load average was ${least} to ${most}, including the command before it.`,
  ].join('\n');
};

const costs = ({ scale }: Results): string =>
  costTable('one process, 64 connections', [
    ['a ticket issued', scale.costs.issue],
    ['redeemed', scale.costs.redeem],
    ['refused, Redis down', scale.costs.refused],
    ['refused, too many in flight', scale.costs.shed],
    ['issued on a cluster of 3 masters', scale.cluster.issue],
    ['redeemed there', scale.cluster.redeem],
  ]);

const shares = ({ scale: { cluster } }: Results): string =>
  `Each master stored between ${percent(cluster.leastShare)} and ${percent(cluster.mostShare)} of the tickets.`;

const processes = ({ scale }: Results): string =>
  costTable(
    'processes, 64 connections each',
    scale.processes.rows.map((row) => [String(row.processes), row]),
  );

const connections = ({ scale: { connections: part } }: Results): string =>
  table(
    ['connections', ...COST_HEAD, 'RSS MB'],
    part.rows.map((row) => [whole(row.connections), ...costCells(row), whole(row.rssMb)]),
  );

const tickets = ({ scale: { tickets: part } }: Results): string =>
  table(
    ['live tickets', 'bytes each', 'Redis memory, MB', ...COST_HEAD.slice(0, 2)],
    part.rows.map((row) => [
      whole(row.tickets),
      whole(row.bytesEach),
      row.usedMb.toFixed(1),
      ...costCells(row).slice(0, 2),
    ]),
  );

const RATES = [100, 1_000, 5_000, 10_000, 20_000, 50_000, 100_000];

const sizes = ({ scale }: Results): string => {
  const figures = figuresOf(scale);
  return table(
    ['connects a second', 'tasks of 1 vCPU', 'shards', 'memory of all shards for tickets'],
    RATES.map((rate) => {
      const { tasks, shards, memoryMb } = sizeFor(rate, figures);
      return [rate, tasks, shards, memoryMb].map(whole).map((cell, n) => (n === 3 ? `${cell} MB` : cell));
    }),
  );
};

const USERS = [10_000, 100_000, 1_000_000];
const WITHIN_SECONDS = [20, 30, 60];

const stormSizes = ({ scale }: Results): string => {
  const figures = figuresOf(scale);
  return table(
    ['users', ...WITHIN_SECONDS.map((within) => `tasks to be back within ${within} s`)],
    USERS.map((users) => [
      whole(users),
      ...WITHIN_SECONDS.map((within) => whole(tasksForStorm(users, within, figures))),
    ]),
  );
};

const playedCells = ({ backSeconds, requests }: Played, users: number): readonly string[] => [
  seconds(backSeconds.half),
  seconds(backSeconds.most),
  seconds(backSeconds.all),
  (requests / users).toFixed(1),
];

const PLAYED_HEAD = ['half back', '99 %', 'all', 'requests a user'];

const simulated = ({ storm }: Results): string =>
  table(
    ['tasks', 'sized for', 'storm', ...PLAYED_HEAD],
    storm.simulated.flatMap(({ tasks, withinSeconds, cut, outage }) =>
      (
        [
          ['sockets cut', cut],
          [`and Redis down for ${storm.outageSeconds} s`, outage],
        ] as const
      ).map(([name, played]) => [
        whole(tasks),
        withinSeconds === null ? 'fewer' : `${withinSeconds} s`,
        name,
        ...playedCells(played, storm.users),
      ]),
    ),
  );

const real = ({ storm: { real: part } }: Results): string =>
  table(
    ['', ...PLAYED_HEAD, 'most requests in 0.1 s, as a rate', 'refused, Redis down', 'refused, too many'],
    (
      [
        ['measured', part.observed],
        ['simulated', part.predicted],
      ] as const
    ).map(([name, played]) => [
      name,
      ...playedCells(played, part.clients),
      `${whole(played.peakPerSecond)}/s`,
      whole(played.refused),
      whole(played.shed),
    ]),
  );

const trendText = (trend: Trend, minutes: number): string => {
  const { meanMb, slopeMbPerHour, errorMbPerHour } = trend;
  const [slope, error, bound] = [slopeMbPerHour, errorMbPerHour, steepest(trend, minutes)].map((mb) => mb.toFixed(1));
  return `${meanMb.toFixed(1)} MB, ${slope} ± ${error} MB an hour, at most ${bound}`;
};

const soak = ({ soak: run }: Results): string => {
  const { outsideOutages: outside } = run;
  const answers = Object.entries(run.answers).map(([status, count]) => `${whole(count)} × ${status}`);
  return table(
    ['', ''],
    [
      ['duration', `${whole(run.minutes)} minutes`],
      ['load', `${whole(run.perSecond)} connects a second, of at most ${whole(run.maximumPerSecond)}`],
      ['faults', `drains of one process: ${run.restartsOfTicketd}, restarts of Redis: ${run.restartsOfRedis}`],
      ['requests', `${whole(run.requests)}: ${answers.join(', ')}`],
      ['failed outside the outages', `**${whole(outside.failed)}** of ${whole(outside.requests)}`],
      [
        'p50, p99, p99.9 there',
        [outside.p50Ms, outside.p99Ms, outside.p999Ms].map((ms) => `${whole(ms)} ms`).join(', '),
      ],
      ['heap used: mean, slope, bound', trendText(run.heap, run.minutes)],
      ['RSS: mean, slope, bound', trendText(run.rss, run.minutes)],
    ],
  );
};

/** The content of the page between `<!-- NAME -->` and `<!-- /NAME -->`. */
export const capacityTables: Readonly<Record<string, (results: Results) => string>> = {
  conditions,
  costs,
  shares,
  processes,
  connections,
  tickets,
  sizes,
  'storm-sizes': stormSizes,
  simulated,
  real,
  soak,
};
