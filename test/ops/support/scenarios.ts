import { runTimeScenarios } from './run-time-scenarios.ts';
import type { Scenario } from './scenario.ts';
import { startScenarios } from './start-scenarios.ts';

export const scenarios: readonly Scenario[] = [...startScenarios, ...runTimeScenarios];
