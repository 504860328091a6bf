import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { anchorsOf, linksOf, pages } from '../../support/pages.ts';

const MAX_LINES = 150;

/** Every link of a page that leads nowhere: a file that does not exist, or a heading that the page does not have. */
const brokenLinksOf = (page: string): readonly string[] =>
  linksOf(page)
    .filter(({ path, anchor }) => !existsSync(path) || (anchor !== '' && !anchorsOf(path).has(anchor)))
    .map(({ link }) => link);

describe('README.md', () => {
  it(`has at most ${MAX_LINES} lines`, () => {
    expect(readFileSync('README.md', 'utf8').split('\n')).to.have.length.below(MAX_LINES);
  });

  it('leads to every other page, in one step or two', () => {
    const first = ['README.md', ...linksOf('README.md').map(({ path }) => path)].filter((path) => path.endsWith('.md'));
    const second = first.flatMap((page) => linksOf(page).map(({ path }) => path));
    const reached = new Set([...first, ...second]);
    const forContributors = /^\.github\/(ISSUE_TEMPLATE|PULL_REQUEST_TEMPLATE)/;
    expect(pages.filter((page) => !reached.has(page) && !forContributors.test(page))).to.deep.equal([]);
  });
});

describe('pages', () => {
  for (const page of pages)
    it(`link only to files and headings that exist: ${page}`, () => {
      expect(brokenLinksOf(page)).to.deep.equal([]);
    });

  it('are found, and their headings become anchors as on GitHub', () => {
    expect(pages).to.include.members(['README.md', 'src/http/README.md', '.github/CONTRIBUTING.md']);
    expect(anchorsOf('src/http/README.md')).to.include('get-a-ticket');
    expect(anchorsOf('src/gateway/README.md')).to.include('ticketdgateway-the-library-for-nodejs-servers');
  });
});
