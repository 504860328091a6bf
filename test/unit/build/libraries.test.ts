import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadLibraries } from '../../support/build.ts';
import { type InstalledPackage, installPackage } from '../../support/installed-package.ts';
import { run } from '../../support/run.ts';

describe('package.json exports', () => {
  let installed: InstalledPackage;
  let libraries: readonly { readonly name: string; readonly built: string }[];
  before(async () => {
    installed = await installPackage();
    libraries = (await loadLibraries()).libraries.map((entry) => ({
      name: entry.split('/')[1] ?? '',
      built: entry.replace(/^src\/(.*)\.ts$/, './dist/$1'),
    }));
  });
  after(() => installed.remove());

  it('list every library, for import and for require, with its types', () => {
    const { exports, typesVersions } = JSON.parse(readFileSync(join(installed.path, 'package.json'), 'utf8'));
    for (const { name, built } of libraries) {
      const { browser, ...others } = exports[`./${name}`];
      expect(others).to.deep.equal({
        import: { types: `${built}.d.ts`, default: `${built}.js` },
        require: { types: `${built}.d.cts`, default: `${built}.cjs` },
      });
      // For compilers that do not read "exports".
      expect(typesVersions['*'][name]).to.deep.equal([`${built}.d.ts`]);
      for (const ending of ['.d.ts', '.js', '.d.cts', '.cjs'])
        expect(existsSync(join(installed.path, built + ending)), built + ending).to.equal(true);
    }
    expect(Object.keys(exports)).to.have.members([...libraries.map(({ name }) => `./${name}`), './package.json']);
  });

  it('list a build for browsers, with the same types', () => {
    const { exports } = JSON.parse(readFileSync(join(installed.path, 'package.json'), 'utf8'));
    for (const format of ['import', 'require'] as const) {
      const { types, default: built } = exports['./client'].browser[format];
      expect(types).to.equal(exports['./client'][format].types);
      expect(existsSync(join(installed.path, built)), built).to.equal(true);
    }
  });

  it('give import and require the same names', async () => {
    for (const { name } of libraries) {
      const names =
        'Object.keys(library).filter((name) => !/^(default|module\\.exports|__esModule)$/.test(name)).sort()';
      const imports = `import * as library from 'ticketd/${name}'; console.log(${names}.join());`;
      const requires = `const library = require('ticketd/${name}'); console.log(${names}.join());`;
      const imported = await run(process.execPath, [installed.write('program.mjs', imports)]);
      expect(imported).to.match(/connectWithTicket|createGateway/);
      expect(await run(process.execPath, [installed.write('program.cjs', requires)])).to.equal(imported);
    }
  });

  it('give import and require the same class of a refusal', async () => {
    const program = `
      import { createRequire } from 'node:module';
      import { UpgradeRefused } from 'ticketd/gateway';
      console.log(createRequire(import.meta.url)('ticketd/gateway').UpgradeRefused === UpgradeRefused);`;
    expect(await run(process.execPath, [installed.write('program.mjs', program)])).to.equal('true');
  });

  it('have types that import only files of the package', () => {
    const dist = join(installed.path, 'dist');
    const types = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((path) => /\.d\.c?ts$/.test(path));
    expect(types).to.have.lengthOf.above(0);
    for (const file of types) {
      const text = readFileSync(join(dist, file), 'utf8');
      for (const [, path = ''] of text.matchAll(/(?:from|import\() ?['"](\.[^'"]+)/g)) {
        expect(path).to.match(file.endsWith('.d.cts') ? /\.cjs$/ : /\.js$/);
        expect(existsSync(join(dist, file, '..', path.replace(/js$/, 'ts').replace(/(c?ts)$/, 'd.$1')))).to.equal(true);
      }
    }
  });
});
