import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadLibraries } from '../../support/build.ts';
import { type InstalledPackage, installPackage } from '../../support/installed-package.ts';
import { run } from '../../support/run.ts';

describe('package.json exports', () => {
  let installed: InstalledPackage;
  before(async () => {
    installed = await installPackage();
  });
  after(() => installed.remove());

  it('list every library with its types', async () => {
    const { exports } = JSON.parse(readFileSync(join(installed.path, 'package.json'), 'utf8'));
    const { libraries } = await loadLibraries();
    for (const { entry } of libraries) {
      const [, name] = entry.split('/');
      const built = entry.replace(/^src\/(.*)\.ts$/, './dist/$1');
      expect(exports[`./${name}`]).to.deep.equal({ types: `${built}.d.ts`, default: `${built}.js` });
    }
    const listed = Object.values(exports).flatMap((one) =>
      typeof one === 'string' ? [one] : Object.values(one ?? {}),
    );
    expect(listed.filter((path) => !existsSync(join(installed.path, path)))).to.deep.equal([]);
    expect(Object.keys(exports)).to.have.lengthOf(libraries.length + 1);
  });

  it('can be imported by name', async () => {
    const { libraries } = await loadLibraries();
    for (const { entry } of libraries) {
      const name = `ticketd/${entry.split('/')[1]}`;
      const program = installed.write('program.mjs', `console.log(Object.keys(await import('${name}')).length);`);
      expect(Number(await run(process.execPath, [program])), name).to.be.above(0);
    }
  });

  it('have types that import only files of the package', () => {
    const dist = join(installed.path, 'dist');
    const types = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.d.ts'));
    expect(types).to.have.lengthOf.above(0);
    for (const file of types) {
      const text = readFileSync(join(dist, file), 'utf8');
      for (const [, path = ''] of text.matchAll(/(?:from|import\() ?['"](\.[^'"]+)/g)) {
        expect(path).to.match(/\.js$/);
        expect(existsSync(join(dist, file, '..', path.replace(/js$/, 'd.ts'))), `${file}: ${path}`).to.equal(true);
      }
    }
  });
});
