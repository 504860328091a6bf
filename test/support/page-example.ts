import { readFileSync } from 'node:fs';

/** The first block of JavaScript on a page, as it is printed. */
export const pageExample = (page: string): string => {
  const example = readFileSync(page, 'utf8').split('```js\n')[1]?.split('```')[0];
  if (example === undefined) throw new Error(`${page} has no JavaScript`);
  return example;
};
