import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { version } from '../../../src/config/version.ts';
import { loadBuild, packagesOf } from '../../support/build.ts';

const REQUIRED = /require\("(\.[^"]*)"\)/g;

describe('ops/build/bundle.mjs', () => {
  const folders: string[] = [];
  let folder: string;
  let inputs: readonly string[];
  let names: readonly string[];
  before(async () => {
    ({ folder, inputs } = await build());
    names = (await loadBuild()).entries.map((path) => basename(path, '.ts'));
  });
  after(() => {
    for (const path of folders) rmSync(path, { recursive: true });
  });

  const build = async () => {
    const made = mkdtempSync(join(tmpdir(), 'ticketd-build-'));
    folders.push(made);
    const { bundleCli } = await loadBuild();
    return { folder: made, inputs: (await bundleCli(made)).inputs };
  };
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');

  it('writes a bundle of each entry, with a source map', () => {
    expect(new Set(names)).to.have.property('size', names.length);
    const written = readdirSync(folder).filter((name) => !name.endsWith('.LEGAL.txt'));
    expect(written).to.have.members(names.flatMap((name) => [`${name}.cjs`, `${name}.cjs.map`]));
    for (const name of names) {
      expect(read(`${name}.cjs`)).to.match(new RegExp(`\\n//# sourceMappingURL=${name}\\.cjs\\.map\\n$`));
      expect(JSON.parse(read(`${name}.cjs.map`)).sources.join()).to.contain(`/${name}.ts`);
    }
  });

  it('writes every file that another file requires', () => {
    const required = names.flatMap((name) => [...read(`${name}.cjs`).matchAll(REQUIRED)].map(([, to = '']) => to));
    expect(required).to.include.members(['./main.cjs', './serve.cjs', './pretty.cjs']);
    expect(required.filter((to) => !existsSync(join(folder, to)))).to.deep.equal([]);
  });

  it('bundles the replacements, and nothing of the packages that they replace', async () => {
    expect(inputs).to.include.members(['ops/build/no-debug.cjs', 'ops/build/p-any.cjs']);
    const bundled = (await packagesOf(inputs)).map(({ name }) => name);
    expect(bundled).to.include.members(['koa', 'ioredis']);
    expect(bundled).to.not.include.members(['debug', 'p-any']);
  });

  // Two of Koa's packages ask for older ones: package.json overrides that.
  it('bundles one table of media types and one http-errors', async () => {
    const bundled = (await packagesOf(inputs)).map(({ name }) => name);
    for (const once of ['mime-db', 'mime-types', 'http-errors', 'statuses'])
      expect(bundled.filter((name) => name === once)).to.deep.equal([once]);
  });

  it('writes the same bytes for the same sources', async () => {
    const again = await build();
    expect(readdirSync(again.folder)).to.deep.equal(readdirSync(folder));
    for (const name of readdirSync(folder))
      expect(readFileSync(join(again.folder, name)).equals(readFileSync(join(folder, name))), name).to.equal(true);
  });

  it('writes a command that runs in any directory', () => {
    const command = join(folder, 'ticketd.cjs');
    accessSync(command, constants.X_OK);
    expect(readFileSync(command, 'utf8')).to.match(/^#!\/usr\/bin\/env node\n/);
    const options = { cwd: tmpdir(), encoding: 'utf8', timeout: 20_000 } as const;
    expect(execFileSync(process.execPath, [command, '--version'], options)).to.equal(`${version}\n`);
  });
});
