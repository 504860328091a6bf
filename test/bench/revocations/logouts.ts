import { until } from '../../support/until.ts';
import type { Keys } from '../support/keys.ts';
import { cpuSecondsOf } from '../support/process-cost.ts';
import { type Contender, type User, userOf } from './contender.ts';

/** Milliseconds from the logout to the close that the client sees. */
export interface Delays {
  readonly closed: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Logouts {
  readonly oneSession: Delays;
  readonly manySockets: Delays;
  readonly manySubjects: Delays;
  /** Seconds of CPU for the many subjects: of all processes of the contender, and of this one with all its clients. */
  readonly cpuSeconds: { readonly servers: number; readonly clients: number };
  /** Sockets of users who did not log out, and were closed. */
  readonly wronglyClosed: number;
}

const SINGLES = 200;
const LARGE_SUBJECTS = 10;
const SOCKETS_EACH = 100;
const SUBJECTS_AT_ONCE = 1000;
export const SOCKETS = 5000;
const OPENING_AT_ONCE = 64;

interface Opened {
  readonly user: User;
  readonly closedAt: (number | undefined)[];
}

/** Opens all sockets, then logs out one session after the other, one large subject after the other, and many concurrently. */
export const measureLogouts = async (contender: Contender, keys: Keys): Promise<Logouts> => {
  let number = 0;
  const openUsers = (count: number, sockets: number) => {
    const users = Array.from({ length: count }, (): Opened => ({ user: userOf(number++, keys), closedAt: [] }));
    return {
      users,
      jobs: users.flatMap((opened) => Array.from({ length: sockets }, (_, at) => () => openOne(contender, opened, at))),
    };
  };
  const singles = openUsers(SINGLES, 1);
  const large = openUsers(LARGE_SUBJECTS, SOCKETS_EACH);
  const many = openUsers(SUBJECTS_AT_ONCE, 1);
  const groups = [singles, large, many];
  const rest = openUsers(SOCKETS - groups.reduce((sum, { jobs }) => sum + jobs.length, 0), 1);
  await runBounded([...groups, rest].flatMap(({ jobs }) => jobs));

  const delays: Record<'one' | 'large', number[]> = { one: [], large: [] };
  for (const opened of singles.users) delays.one.push(...(await logOutAll(contender, [opened], 'session')));
  for (const opened of large.users) delays.large.push(...(await logOutAll(contender, [opened], 'subject')));
  const cpuOf = (pids: readonly number[]) => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  const cpu = () => ({ servers: cpuOf(contender.pids), clients: cpuOf([process.pid]) });
  const before = cpu();
  const atOnce = await logOutAll(contender, many.users, 'subject');
  const after = cpu();
  const wronglyClosed = rest.users.filter(({ closedAt }) => closedAt[0] !== undefined).length;
  return {
    oneSession: delaysOf(delays.one),
    manySockets: delaysOf(delays.large),
    manySubjects: delaysOf(atOnce),
    cpuSeconds: { servers: after.servers - before.servers, clients: after.clients - before.clients },
    wronglyClosed,
  };
};

const openOne = async (contender: Contender, { user, closedAt }: Opened, at: number): Promise<void> => {
  closedAt[at] = undefined;
  await contender.open(user, (user.number + at) % 2, () => {
    closedAt[at] = performance.now();
  });
};

const runBounded = async (jobs: readonly (() => Promise<void>)[]): Promise<void> => {
  const rest = [...jobs];
  const run = async () => {
    for (let job = rest.pop(); job !== undefined; job = rest.pop()) await job();
  };
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, run));
};

/** The delay of each socket, from the moment at which all of these users log out. */
const logOutAll = async (contender: Contender, all: readonly Opened[], scope: 'session' | 'subject') => {
  const startedAt = performance.now();
  await Promise.all(all.map(({ user }) => contender.logOut(user, scope)));
  await until('all are closed', () => all.every(({ closedAt }) => closedAt.every((at) => at !== undefined)));
  return all.flatMap(({ closedAt }) => closedAt.map((at) => (at ?? Number.NaN) - startedAt));
};

const delaysOf = (delays: readonly number[]): Delays => {
  const sorted = [...delays].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { closed: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
};
