import { table } from '../../../ops/build/docs/markdown-table.ts';
import { guides } from './guides.ts';
import type { ProviderGuide, Symptom, Variables } from './provider-guide.ts';

/** The sections of ops/deploy/guides/identity-providers.md; the tests of the guides try each variable and each message. */
export const guideSections = (): string => guides.map(sectionOf).join('\n\n');

const sectionOf = ({ name, note, variables, mistakes }: ProviderGuide): string =>
  [
    `### ${name}`,
    note,
    `<!-- not run: a test tries these with the addresses of this machine -->\n\`\`\`ini\n${linesOf(variables)}\n\`\`\``,
    table(
      ['if', 'then ticketd says', 'do this'],
      mistakes.map(({ what, symptom, remedy }) => [what, shown(symptom), remedy]),
    ),
  ].join('\n\n');

const linesOf = (variables: Variables): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');

const shown = (symptom: Symptom): string => {
  if ('reason' in symptom) return `\`${symptom.reason}\`: ${code(symptom.detail)}`;
  return 'noKeys' in symptom
    ? `\`jwks_refresh_fail\`: ${code(symptom.noKeys)}`
    : `at the start: ${code(symptom.problem)}`;
};

const code = (text: string): string => `\`${text}\``;
