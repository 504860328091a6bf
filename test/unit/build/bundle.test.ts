import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { version } from '../../../src/config/version.ts';
import { loadBuild } from '../../support/build.ts';

const NEEDED = /require\("(\.[^"]*)"\)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what ASCII consists of
const NOT_ASCII = /[^\u0000-\u007f]/;

describe('ops/build/bundle.mjs', () => {
  let folder: string;
  let bundles: readonly string[];
  let parts: readonly string[];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ticketd-build-'));
    const build = await loadBuild();
    parts = build.parts;
    bundles = (await build.bundleCli(folder)).bundles;
  });
  after(() => rmSync(folder, { recursive: true }));

  it('writes a bundle of each part, and a file that runs it', () => {
    const names = parts.map((path) => basename(path, '.ts'));
    expect(new Set(names)).to.have.property('size', parts.length);
    // The hash prevents that the compiled form of another version is used.
    expect(bundles.map((path) => basename(path).replace(/-[A-Z0-9]{8}\.bundle$/, ''))).to.have.members(names);
    for (const file of [...bundles, ...names.map((name) => join(folder, `${name}.cjs`))])
      expect(existsSync(file), file).to.equal(true);
  });

  it('writes only ASCII into the bundles, which are read as latin1', () => {
    for (const bundle of bundles) expect(NOT_ASCII.exec(readFileSync(bundle, 'utf8'))?.[0], bundle).to.equal(undefined);
  });

  it('writes every file that another file requires', () => {
    const needed = readdirSync(folder).flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return [...text.matchAll(NEEDED)].map(([, to = '']) => to);
    });
    expect(needed).to.include.members(['./main.cjs', './serve.cjs', './pretty.cjs']);
    expect(needed.filter((to) => !existsSync(join(folder, to)))).to.deep.equal([]);
  });

  it('writes a command that runs in any directory before it has been compiled', () => {
    const command = join(folder, 'ticketd.cjs');
    accessSync(command, constants.X_OK);
    expect(readFileSync(command, 'utf8')).to.match(/^#!\/usr\/bin\/env node\n/);
    const said = execFileSync(process.execPath, [command, '--version'], {
      cwd: tmpdir(),
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(said).to.equal(`${version}\n`);
  });
});
