import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import { publint } from 'publint';
import { version } from '../../../src/config/version.ts';
import { npm, type Packed, pack } from './support/npm.ts';

const ATTW = join(
  dirname(createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json')),
  'dist/index.js',
);

const BESIDE = ['CHANGELOG.md', 'LICENSE', 'README.md'];

describe('packed npm package', () => {
  let folder: string;
  let packed: Packed;
  let tarball: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ticketd-packed-'));
    packed = pack('.', folder);
    tarball = join(folder, packed.filename);
    execFileSync('tar', ['-xzf', tarball, '-C', folder]);
  });
  after(() => rmSync(folder, { recursive: true }));

  const lint = async (path: string) => {
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    const data = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    return (await publint({ pack: { tarball: data }, strict: true })).messages;
  };

  /** The type problems for every supported way to import the package; `undefined` if there are none. */
  const wrongTypes = (path: string): string | undefined => {
    try {
      const options = ['--no-definitely-typed', '--format', 'ascii', '--no-color'];
      execFileSync(process.execPath, [ATTW, path, ...options], { encoding: 'utf8', stdio: 'pipe' });
      return undefined;
    } catch (error) {
      return String((error as { readonly stdout?: string }).stdout);
    }
  };

  /** The same package with one change, packed again. */
  const changed = (change: (root: string) => void): string => {
    const root = mkdtempSync(join(folder, 'changed-'));
    cpSync(join(folder, 'package'), root, { recursive: true });
    change(root);
    return join(root, pack(root, root).filename);
  };

  const rewrite = (root: string, from: string, to: string): void => {
    const file = join(root, 'package.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  };

  it('passes publint', async () => {
    expect(await lint(tarball)).to.deep.equal([]);
    const broken = changed((root) => rewrite(root, 'gateway/gateway.js', 'gateway/none.js'));
    expect((await lint(broken)).map(({ code }) => code)).to.include('FILE_DOES_NOT_EXIST');
  });

  it('has types that resolve for every import', () => {
    expect(wrongTypes(tarball)).to.equal(undefined);
    expect(wrongTypes(changed((root) => rmSync(join(root, 'dist/gateway/gateway.d.cts'))))).to.contain(
      'ticketd/gateway',
    );
  });

  it('contains only the build output, CHANGELOG.md, LICENSE, README.md and package.json', () => {
    const paths = packed.files.map(({ path }) => path);
    const outside = paths.filter((path) => !path.startsWith('dist/'));
    expect(outside).to.have.members([...BESIDE, 'package.json']);
    expect(new Set(paths.map((path) => path.replace(/^[^.]*/, '')))).to.satisfy(
      (kinds: Set<string>) => !kinds.has('.ts'),
    );
    expect(paths).to.include.members(['dist/ticketd.cjs', 'dist/licences.txt']);
  });

  it('is built by npm pack, without what an earlier run has cached', () => {
    const checkout = mkdtempSync(join(folder, 'checkout-'));
    for (const name of ['bin', 'ops/build', 'src', 'package.json', 'tsconfig.json', ...BESIDE])
      cpSync(name, join(checkout, name), { recursive: true });
    symlinkSync(join(process.cwd(), 'node_modules'), join(checkout, 'node_modules'));
    const [built] = JSON.parse(npm(checkout, 'pack', '--json', '--silent'));
    const pathsOf = ({ files }: Packed) => files.map(({ path }) => path);
    expect(pathsOf(built)).to.have.members(pathsOf(packed));
    cpSync('package.json', join(checkout, 'dist/compile-cache/v24/of-another-machine'));
    expect(pathsOf(pack(checkout, checkout))).to.have.members(pathsOf(packed));
  });

  it('contains no path of the build machine', () => {
    const withPath = packed.files.filter(({ path }) =>
      readFileSync(join(folder, 'package', path), 'utf8').includes(process.cwd()),
    );
    expect(withPath).to.deep.equal([]);
  });

  it('runs without any installed dependency', () => {
    const command = join(folder, 'package/dist/ticketd.cjs');
    expect(packed.files.find(({ path }) => path === 'dist/ticketd.cjs')?.mode).to.equal(0o755);
    expect(execFileSync(process.execPath, [command, '--version'], { encoding: 'utf8' })).to.equal(`${version}\n`);
    expect(readdirSync(folder)).to.not.include('node_modules');
  });

  it('has its version in the file name', () => {
    expect(basename(tarball)).to.equal(`ticketd-${version}.tgz`);
  });
});
