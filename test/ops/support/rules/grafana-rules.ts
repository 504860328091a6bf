import type { Dashboard, Panel, Place, Row } from '../grafana/dashboard.ts';
import type { Rule } from './container-rules.ts';

const GRID_COLUMNS = 24;
const VARIABLE = /\$\{?(\w+)\}?/g;

export const isPanel = (panel: Row | Panel): panel is Panel => panel.type !== 'row';

/** The expressions of all panels, and of the variables that are asked for, as they are written. */
export const expressionsOf = ({ panels, templating }: Dashboard): readonly string[] => [
  ...panels.filter(isPanel).flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...(templating.list ?? []).flatMap(({ query }) => {
    const [, selector] = /^label_values\((.*), \w+\)$/.exec(String(Object(query).query)) ?? [];
    return selector ?? [];
  }),
];

/** Problems that Grafana's types accept and Grafana does not report, but that break the display. */
export const grafanaRules: Rule<Dashboard> = (dashboard) => {
  const { panels } = dashboard;
  return [
    ...twice(panels.map(({ id }) => id)).map((id) => `two panels are ${id}`),
    ...twice(panels.map(({ title }) => title)).map((title) => `two panels are ${title}`),
    ...panels.flatMap((panel, index) => placeRules(panel, panels.slice(0, index))),
    ...panels.filter(isPanel).flatMap(targetRules),
    ...variableRules(dashboard),
  ];
};

const placeRules = ({ title, gridPos }: Row | Panel, before: readonly (Row | Panel)[]): readonly string[] => [
  ...(gridPos.x + gridPos.w > GRID_COLUMNS ? [`${title} is beyond the right edge`] : []),
  ...before.filter((other) => overlap(gridPos, other.gridPos)).map((other) => `${title} overlaps ${other.title}`),
];

const overlap = (one: Place, other: Place): boolean =>
  one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h;

const targetRules: Rule<Panel> = ({ title, targets }) => [
  ...(targets.length === 0 ? [`${title} asks for nothing`] : []),
  ...twice(targets.map(({ refId }) => refId)).map((refId) => `${title} has two queries ${refId}`),
];

/** Variables that are undefined or unused. */
const variableRules: Rule<Dashboard> = (dashboard) => {
  const names = (dashboard.templating.list ?? []).map(({ name }) => name);
  const used = [...JSON.stringify(dashboard).matchAll(VARIABLE)].map(([, name = '']) => name);
  return [
    ...new Set(used.filter((name) => !name.startsWith('__') && !names.includes(name)).map((name) => `no $${name}`)),
    ...names.filter((name) => !used.includes(name)).map((name) => `$${name} is for nothing`),
  ];
};

const twice = <T>(values: readonly T[]): readonly T[] => values.filter((value, index) => values.indexOf(value) < index);
