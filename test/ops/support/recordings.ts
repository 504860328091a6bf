import type { LogLine } from '../../support/ticketd.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';

const recordings = new Map<Scenario, Promise<readonly LogLine[]>>();

/** The log lines of a scenario, which runs once for all tests. */
export const recorded = (scenario: Scenario): Promise<readonly LogLine[]> => {
  const recording = recordings.get(scenario) ?? scenario.play();
  recordings.set(scenario, recording);
  return recording;
};

/** The lines of all scenarios. */
export const allRecorded = async (): Promise<readonly LogLine[]> => {
  const lines: LogLine[] = [];
  for (const scenario of scenarios) lines.push(...(await recorded(scenario)));
  return lines;
};
