import { type Clock, createClock } from '../../support/clock.ts';
import { SECRET } from '../../support/jwt.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { serve, type Ticketd } from '../../support/ticketd.ts';
import type { Instance } from './revocation-rounds.ts';

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

/** The clock of the second is so many seconds ahead. */
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
