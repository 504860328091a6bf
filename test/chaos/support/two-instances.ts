import { type Clock, createClock } from '../../support/clock.ts';
import { SECRET, token } from '../../support/jwt.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { serve, type Ticketd } from '../../support/ticketd.ts';
import { type Instance, JWT_AGE_S } from './revocation-rounds.ts';

interface RunningInstance extends Instance {
  readonly ticketd: Ticketd;
}

/** Two processes of ticketd on one Redis, with a clock each. */
export interface TwoInstances {
  readonly instances: readonly [RunningInstance, RunningInstance];
  readonly clocks: readonly [Clock, Clock];
  removeClocks(): void;
}

/** Longer than the tests take on the busiest machine. */
export const TICKET_TTL_SECONDS = 300;

/** What the clock of an instance says, read off the end of a ticket, and this machine's before and after the request. */
export const clockOf = async ({ url }: Instance) => {
  const before = Date.now();
  const { body } = await requestTicket({ url }, token({ iat: Math.floor(before / 1000) - JWT_AGE_S }));
  return { before, says: Date.parse(body.expiresAt) - TICKET_TTL_SECONDS * 1000, after: Date.now() };
};

/** The clock of the second instance is this many seconds ahead. */
export const startTwoInstances = async (
  redisEnv: Readonly<Record<string, string>>,
  secondsAhead: number,
): Promise<TwoInstances> => {
  const clocks = [createClock(), createClock(secondsAhead)] as const;
  const start = async ({ env }: Clock): Promise<RunningInstance> => {
    const own = { JWT_SECRET: SECRET, GATEWAY_KEYS: GATEWAY_KEY, TICKET_TTL_SECONDS: String(TICKET_TTL_SECONDS) };
    const ticketd = serve({ ...env, ...redisEnv, ...own });
    return { ticketd, url: await ticketd.url(), internalUrl: await ticketd.url('internal') };
  };
  return {
    instances: await Promise.all([start(clocks[0]), start(clocks[1])]),
    clocks,
    removeClocks: () => {
      for (const clock of clocks) clock.remove();
    },
  };
};
