import { withTable } from '../docs/tables.ts';
import { draw } from './chart.ts';
import { chartsOf, type Results } from './charts.ts';
import { capacityTables } from './tables.ts';

/** The page with every table in it written anew from the results; throws where a marker is missing. */
export const withResults = (text: string, results: Results): string =>
  Object.entries(capacityTables).reduce((written, [name, make]) => withTable(written, name, make(results)), text);

/** The plots, each by the name of its file. */
export const plotsOf = (results: Results): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(chartsOf(results)).map(([name, chart]) => [`${name}.svg`, draw(chart)]));
