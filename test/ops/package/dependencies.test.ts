import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadBuild, type Package, packagesOf } from '../../support/build.ts';

/** What may be shipped under our own: licences that ask for no more than to be told. */
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

// They say MIT and no more.
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

describe('the dependencies', () => {
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

  it('that are installed with the package all have a licence that allows it', () => {
    expect(production).to.have.lengthOf.above(20);
    expect(notAllowed(production.map(([name, { license }]) => ({ name, license })))).to.deep.equal([]);
  });

  it('that are in the bundles all have such a licence, and are listed with its text', () => {
    expect(shipped).to.have.lengthOf.above(20);
    expect(notAllowed(shipped)).to.deep.equal([]);
    const listed = readFileSync('dist/licences.txt', 'utf8').split(/^-{80}$/m);
    const short = shipped.filter(({ name, version, license }) => {
      const section = listed.find((text) => text.trimStart().startsWith(`${name} ${version}: ${license}\n`));
      return section === undefined || section.length < 300;
    });
    expect(short.map(({ name }) => name)).to.deep.equal(WITHOUT_TEXT);
  });

  it('that are none of these are found out', () => {
    expect(notAllowed([{ name: 'a', license: 'GPL-3.0' }, { name: 'b' }, { name: 'c', license: 'MIT' }])).to.deep.equal(
      ['a: GPL-3.0', 'b: undefined'],
    );
  });

  it('that are installed with the package run no script then', () => {
    expect(production.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).to.deep.equal([]);
    expect(locked.filter(([, { hasInstallScript }]) => hasInstallScript)).to.have.lengthOf.above(0);
  });

  it('run none in development either', () => {
    expect(readFileSync('.npmrc', 'utf8').split('\n')).to.include('ignore-scripts=true');
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    // They would not run: what has to be done first is part of the script itself.
    expect(Object.keys(scripts).filter((name) => /^(pre|post)|^(install|prepare)$/.test(name))).to.deep.equal([]);
  });

  it('are each held by a digest, and come from the registry alone', () => {
    const loose = locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
    expect(loose.map(([path]) => path)).to.deep.equal([]);
    expect(locked.filter(([, { resolved, link }]) => link || /^(git|file|http:)/.test(resolved ?? ''))).to.deep.equal(
      [],
    );
  });
});
