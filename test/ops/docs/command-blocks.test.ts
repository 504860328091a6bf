import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { blocksOf, blocksRunBy } from '../support/command-blocks.ts';

const GUIDES = 'ops/deploy/guides';
const TESTS = 'test/ops';
const pages = ['README.md', ...readdirSync(GUIDES).map((name) => `${GUIDES}/${name}`)];
const tests = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));
const run = tests.flatMap((name) => blocksRunBy(join(TESTS, name)));

describe('command blocks of README.md and of the guides', () => {
  for (const page of pages)
    it(`are run by a test, or say why not: ${page}`, () => {
      const beginnings = run.filter(([ofPage]) => ofPage === page).map(([, beginning]) => beginning);
      const unrun = blocksOf(page).filter(({ text }) => !beginnings.some((beginning) => text.startsWith(beginning)));
      expect(unrun.filter(({ notRun }) => notRun === undefined).map(({ text }) => text)).to.deep.equal([]);
    });

  it('are run only if they do not say that they are not', () => {
    const marked = pages.flatMap((page) => blocksOf(page)).filter(({ notRun }) => notRun !== undefined);
    expect(marked.map(({ notRun }) => notRun)).to.include('needs a container engine');
    for (const { page, text } of marked)
      expect(run.filter(([ofPage, beginning]) => ofPage === page && text.startsWith(beginning))).to.deep.equal([]);
  });

  it('are found in lists, too, and with the reason why they are not run', () => {
    const page =
      '1. Do:\n\n   ```js\n   if (a) {\n     b();\n   }\n   ```\n\n<!-- not run: needs c -->\n```sh\nc\n```\n';
    expect(blocksOf('x.md', page)).to.deep.equal([
      { page: 'x.md', text: 'if (a) {\n  b();\n}\n', notRun: undefined },
      { page: 'x.md', text: 'c\n', notRun: 'needs c' },
    ]);
  });
});
