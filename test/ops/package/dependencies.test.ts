import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadBuild, type Package, packagesOf } from '../../support/build.ts';

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
  readonly version: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

const notAllowed = (packages: readonly { readonly name: string; readonly license?: string | undefined }[]) =>
  packages
    .filter(({ license = 'none' }) => !ALLOWED.includes(license))
    .map(({ name, license }) => `${name}: ${license}`);

describe('npm dependencies', () => {
  const lock: Readonly<Record<string, Locked>> = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const locked = Object.entries(lock).filter(([path]) => path !== '');
  const production = locked.filter(([, { dev }]) => dev !== true);
  let shipped: readonly Package[];
  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticketd-inputs-'));
    const { bundleCli } = await loadBuild();
    shipped = await packagesOf((await bundleCli(folder)).inputs);
    rmSync(folder, { recursive: true });
  });

  it('have an allowed licence if installed with the package', () => {
    expect(production).to.have.lengthOf.above(20);
    expect(notAllowed(production.map(([name, { license }]) => ({ name, license })))).to.deep.equal([]);
  });

  it('have an allowed licence if bundled, and dist/licences.txt contains its text', () => {
    expect(shipped).to.have.lengthOf.above(20);
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

  it('run no install script if installed with the package', () => {
    expect(production.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).to.deep.equal([]);
    expect(locked.filter(([, { hasInstallScript }]) => hasInstallScript)).to.have.lengthOf.above(0);
  });

  it('run no install script in development', () => {
    expect(readFileSync('.npmrc', 'utf8').split('\n')).to.include('ignore-scripts=true');
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    // They would not run: each script contains its own preparation.
    expect(Object.keys(scripts).filter((name) => /^(pre|post)|^(install|prepare)$/.test(name))).to.deep.equal([]);
  });

  it('are locked by a sha512 digest and come only from the registry', () => {
    const loose = locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
    expect(loose.map(([path]) => path)).to.deep.equal([]);
    expect(locked.filter(([, { resolved, link }]) => link || /^(git|file|http:)/.test(resolved ?? ''))).to.deep.equal(
      [],
    );
  });
});
