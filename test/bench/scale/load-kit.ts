import { issueRequests, type Keys, makeKeys, redeemRequests } from '../support/keys.ts';
import type { LoadOptions } from '../support/load.ts';
import type { TicketdProcess } from '../support/ticketd.ts';
import { type Bench, costOfAll, type Loaded } from './cost.ts';

/** What all parts send. */
export interface LoadKit {
  readonly keys: Keys;
  issue(ticketd: TicketdProcess, options: Omit<LoadOptions, 'url' | 'requestsFile'>): LoadOptions;
  /** Issues some tickets, then redeems each once; what the latter cost. */
  redeem(bench: Bench): Promise<Loaded>;
}

/** As in bench.ts, so that the figures can be set side by side. */
export const CONNECTIONS = 64;
export const SECONDS = 3;
const REDEEMED = 10_000;

export const createLoadKit = async (): Promise<LoadKit> => {
  const keys = makeKeys('HS256');
  const requestsFile = await issueRequests(keys, 'all');
  const issue: LoadKit['issue'] = ({ issueUrl: url }, options) => ({ ...options, url, requestsFile });

  const redeem = async (bench: Bench) => {
    const [ticketd] = bench.ticketds;
    if (!ticketd) throw new Error('there is nobody to redeem at');
    const load = { connections: CONNECTIONS, amount: REDEEMED };
    const { results } = await costOfAll(200, bench, [issue(ticketd, { ...load, keepBodies: true })]);
    const bodies = results.flatMap((result) => result.bodies ?? []);
    const file = await redeemRequests('ticketd', keys, bodies);
    return costOfAll(200, bench, [{ ...load, url: ticketd.redeemUrl, requestsFile: file }]);
  };

  return { keys, issue, redeem };
};
