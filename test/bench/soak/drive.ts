import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LanesPlan } from './lanes.ts';
import type { Tally, Window } from './windows.ts';

/** A load that is under way. */
export interface Drive {
  /** Ends it and tells what became of it; nothing is to have failed outside those windows. */
  end(windows: readonly Window[]): Promise<Tally>;
}

const LANES = fileURLToPath(new URL('./lanes.ts', import.meta.url));

/** Sends from a process of its own, so that what it costs is not counted as the service's. */
export const drive = (plan: LanesPlan): Drive => {
  const child = fork(LANES, { execArgv: ['--import', 'tsx'] });
  child.send(plan);
  const endWithSoak = () => child.kill();
  process.once('exit', endWithSoak);
  return {
    end: async (windows) => {
      child.send(windows);
      const [told] = await once(child, 'message');
      process.off('exit', endWithSoak);
      child.kill();
      return told as Tally;
    },
  };
};
