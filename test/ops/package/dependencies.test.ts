import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadBuild, loadLibraries, type Package, packagesOf } from '../../support/build.ts';

/** What may be shipped under our own: licences that only require attribution. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  '(MIT OR CC0-1.0)',
];

// Their packages contain no licence text beyond "MIT".
const WITHOUT_TEXT = ['koa-compose'];

interface Locked {
  readonly link?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

const notAllowed = (packages: readonly { readonly name: string; readonly license?: string | undefined }[]) =>
  packages
    .filter(({ license = 'none' }) => !ALLOWED.includes(license))
    .map(({ name, license }) => `${name}: ${license}`);

/** Where a machine installs what package-lock.json has. */
const INSTALLING = [
  '.github/workflows/ci.yml',
  '.github/workflows/release.yml',
  'Dockerfile',
  'ops/try/gateway/Dockerfile',
  'ops/build/setup/install.mjs',
];

describe('npm dependencies', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const lock: Readonly<Record<string, Locked>> = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const locked = Object.entries(lock).filter(([path]) => path !== '');
  let shipped: readonly Package[];
  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticketd-inputs-'));
    const command = await (await loadBuild()).bundleCli(folder);
    const libraries = await (await loadLibraries()).buildLibraries(folder);
    rmSync(folder, { recursive: true });
    shipped = await packagesOf([...command.inputs, ...libraries.inputs]);
  });

  it('are bundled: none is installed with the package', () => {
    for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies'])
      expect(manifest).to.not.have.property(kind);
    expect(shipped.map(({ name }) => name)).to.include.members(['ioredis', 'koa', 'pino-pretty']);
  });

  it('have an allowed licence if bundled, and dist/licences.txt contains its text', () => {
    expect(notAllowed(shipped)).to.deep.equal([]);
    const listed = readFileSync('dist/licences.txt', 'utf8').split(/^-{80}$/m);
    const short = shipped.filter(({ name, version, license }) => {
      const section = listed.find((text) => text.trimStart().startsWith(`${name} ${version}: ${license}\n`));
      return section === undefined || section.length < 300;
    });
    expect(short.map(({ name }) => name)).to.deep.equal(WITHOUT_TEXT);
  });

  it('fail the licence check with a forbidden or missing licence', () => {
    expect(notAllowed([{ name: 'a', license: 'GPL-3.0' }, { name: 'b' }, { name: 'c', license: 'MIT' }])).to.deep.equal(
      ['a: GPL-3.0', 'b: undefined'],
    );
  });

  it('run no install script if bundled', () => {
    expect(shipped.filter(({ folder }) => lock[folder]?.hasInstallScript !== undefined)).to.deep.equal([]);
    expect(locked.filter(([, { hasInstallScript }]) => hasInstallScript)).to.have.lengthOf.above(0);
  });

  it('run no install script where a machine installs them', () => {
    for (const file of INSTALLING) {
      const installs = readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => /npm ci|'ci'/.test(line));
      expect(installs, file).to.have.lengthOf.above(0);
      expect(
        installs.filter((line) => !line.includes('--ignore-scripts')),
        file,
      ).to.deep.equal([]);
    }
  });

  it('need no script of the package itself when it is installed', () => {
    const run = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];
    expect(Object.keys(manifest.scripts).filter((name) => run.includes(name))).to.deep.equal([]);
  });

  it('are locked by a sha512 digest and come only from the registry', () => {
    const loose = locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
    expect(loose.map(([path]) => path)).to.deep.equal([]);
    expect(locked.filter(([, { resolved, link }]) => link || /^(git|file|http:)/.test(resolved ?? ''))).to.deep.equal(
      [],
    );
  });
});
