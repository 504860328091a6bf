import type { Problem } from '../config/config-error.ts';
import type { Setting } from '../config/read-config.ts';

const MASK = '********';

const shown = ({ variable: { secret, mask }, source: { text } }: Setting): string | null => {
  if (text === undefined) return null;
  if (mask !== undefined) return mask(text);
  return secret ? MASK : text;
};

/** `{"valid":true,"settings":{NAME:{"value","from"}}}` on one line. */
export const settingsAsJson = (settings: readonly Setting[]): string => {
  const rows = settings.map((setting) => [setting.variable.name, { value: shown(setting), from: setting.source.from }]);
  return `${JSON.stringify({ valid: true, settings: Object.fromEntries(rows) })}\n`;
};

export const settingsAsText = (settings: readonly Setting[]): string => {
  const width = Math.max(...settings.map(({ variable }) => variable.name.length));
  const rows = settings.map((setting) => {
    const { variable, source } = setting;
    return `${variable.name.padEnd(width)}  ${shown(setting) ?? '–'}  (${source.from})`;
  });
  return `${rows.join('\n')}\n`;
};

/** `{"valid":false,"problems":[{"name","problem"}]}` on one line. */
export const problemsAsJson = (problems: readonly Problem[]): string =>
  `${JSON.stringify({ valid: false, problems })}\n`;

export const problemsAsText = (problems: readonly Problem[]): string =>
  `ticketd: invalid configuration\n${problems.map(({ name, problem }) => `  ${name}: ${problem}\n`).join('')}`;
