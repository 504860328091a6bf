import { readFileSync } from 'node:fs';

const README = new URL('../../README.md', import.meta.url);

/** The first block of code in a section of README, as it is printed. */
export const readmeExample = (section: string, language: string): string => {
  const text = readFileSync(README, 'utf8').split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? '';
  const example = text.split(`\`\`\`${language}\n`)[1]?.split('```')[0];
  if (example === undefined) throw new Error(`README has no ${language} under "${section}"`);
  return example;
};
