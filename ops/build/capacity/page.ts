import { withTable } from '../docs/tables.ts';
import { draw } from './chart.ts';
import { chartsOf, type Results } from './charts.ts';
import { capacityTables } from './tables.ts';

/** The page with every table rewritten from the results; throws if a marker is missing. */
export const withResults = (text: string, results: Results): string =>
  Object.entries(capacityTables).reduce((written, [name, make]) => withTable(written, name, make(results)), text);

/** The plots, by file name. */
export const plotsOf = (results: Results): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(chartsOf(results)).map(([name, chart]) => [`${name}.svg`, draw(chart)]));
