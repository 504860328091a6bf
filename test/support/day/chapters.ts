import { expect } from 'chai';
import { until } from '../until.ts';
import type { DayClient, Report } from './day-client.ts';
import type { Stage } from './stage.ts';

export interface Day {
  readonly stage: Stage;
  readonly client: DayClient;
  /** Waits for reports like these, in this order, others in between; continues after the last of them next time. */
  sees(...expected: readonly Partial<Report>[]): Promise<void>;
}

export const createDay = (stage: Stage, client: DayClient): Day => {
  let read = 0;
  const find = (expected: Partial<Report>) => {
    const entries = Object.entries(expected);
    const matches = (report: Report) => entries.every(([name, value]) => report[name as keyof Report] === value);
    const at = client.reports.findIndex((report, index) => index >= read && matches(report));
    if (at >= 0) read = at + 1;
    return at >= 0;
  };
  const sees = async (...expected: readonly Partial<Report>[]) => {
    for (const one of expected)
      await until(JSON.stringify(one), () => find(one)).catch((error: Error) => {
        const since = client.reports.slice(read).map((report) => JSON.stringify(report));
        throw new Error([`${error.message}; but:`, ...since].join('\n'));
      });
  };
  return { stage, client, sees };
};

const open = { type: 'open' };
const why = (reason: string) => ({ type: 'connecting', why: reason });
const noTicket = (status: number, errorCode?: string) => ({ type: 'ticket-error', status, errorCode });

/** The day from its morning to its evening; each chapter but the last leaves the socket open. */
export const chapters: Readonly<Record<string, (day: Day) => Promise<void>>> = {
  'opens a socket': ({ sees }) => sees(why('connect'), { type: 'getToken', rejected: false }, open),

  'answers the pings of the gateway': async ({ stage }) => {
    await until('a pong', () => stage.gateway.pongs > 0);
  },

  'reconnects with a new JWT from getToken when the session expires': async ({ stage, sees }) => {
    stage.user.jwtSeconds = 1.5;
    stage.gateway.drop();
    await sees(open);
    stage.user.jwtSeconds = 3600;
    await sees({ type: 'close', code: 4003 }, why('expired'), { type: 'getToken', rejected: false }, open);
  },

  'retries while a proxy returns 403 with HTML': async ({ stage, sees }) => {
    stage.application.forbidding = true;
    stage.gateway.drop();
    await sees({ type: 'close', code: 1006 }, why('closed'), noTicket(403), why('ticket'), noTicket(403));
    stage.application.forbidding = false;
    await sees(why('ticket'), open);
  },

  'waits for the JWKS cool-down after a key rotation': async ({ stage, sees }) => {
    await stage.rotateKeys();
    stage.gateway.drop();
    await sees(why('closed'), noTicket(503, 'AUTH_KEYS_UNAVAILABLE'), why('ticket'), open);
  },

  'calls getToken again when ticketd rejects the JWT': async ({ stage, sees }) => {
    stage.user.forgetful = true;
    stage.gateway.drop();
    await sees(noTicket(401, 'AUTH_TOKEN_INVALID'), why('rejected'), { type: 'getToken', rejected: true }, open);
  },

  'requests another ticket when Redis has lost one': async ({ stage, sees }) => {
    stage.application.beforeTicket = () => stage.redis.cli('FLUSHALL');
    stage.gateway.drop();
    await sees(why('closed'), { type: 'close', code: 4004 }, why('refused'), open);
  },

  'reconnects after a Redis outage': async ({ stage, sees }) => {
    await stage.redis.stop();
    stage.gateway.drop();
    await sees(why('closed'), noTicket(503, 'WS_TICKET_REDIS_NOT_READY'));
    await stage.redis.start();
    await sees(why('ticket'), open);
  },

  'reconnects after a restart of the gateway': async ({ stage, sees }) => {
    await stage.gateway.stop();
    await sees({ type: 'close' }, why('closed'), why('handshake'));
    await stage.gateway.start();
    await sees(open);
  },

  'reconnects when the computer wakes up after the session has expired': async ({ stage, client, sees }) => {
    stage.user.jwtSeconds = 1.5;
    stage.gateway.drop();
    await sees(open);
    stage.user.jwtSeconds = 3600;
    await client.sleep();
    const attempts = () => client.reports.filter(({ type }) => type === 'connecting').length;
    const before = attempts();
    await until('the gateway has ended the session', () => stage.gateway.open === 0);
    expect(attempts()).to.equal(before);
    await client.wake();
    await sees({ type: 'close' }, { type: 'connecting' }, open);
  },

  'stops when the user signs out, and while no user is signed in': async ({ stage, client, sees }) => {
    await stage.signOut();
    await sees({ type: 'close', code: 4001 }, { type: 'stopped', reason: 'revoked', code: 4001 });
    await client.connect();
    await sees(why('connect'), { type: 'stopped', reason: 'unauthorized' });
    stage.user.signedIn = true;
    await client.connect();
    await sees(why('connect'), open);
    await client.close();
    await sees({ type: 'stopped', reason: 'closed' });
  },
};
