import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const LOADER = fileURLToPath(new URL('../../../bin/load-compiled.cjs', import.meta.url));
const LOAD = `const { script, exports } = require(${JSON.stringify(LOADER)})(process.argv[1]);`;
const RUN = `${LOAD} console.log(JSON.stringify({ refused: script.cachedDataRejected, sum: exports.add(1, 2) }));`;
const COMPILE = `${LOAD} require('node:fs').writeFileSync(process.argv[1] + '.compiled', script.createCachedData());`;

const ADD = 'module.exports = { add: (a, b) => a + b };\n';
const VERSION_HASH = 4;

describe('bin/load-compiled.cjs', () => {
  let folder: string;
  let bundle: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ticketd-bundle-'));
    bundle = join(folder, 'x.bundle');
    writeFileSync(bundle, ADD);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  // One process per run: V8 caches what it has compiled.
  const node = (script: string, ...flags: readonly string[]): string =>
    execFileSync(process.execPath, [...flags, '--eval', script, bundle], {
      encoding: 'utf8',
      timeout: 20_000,
      env: {},
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const run = () => JSON.parse(node(RUN));
  const compiled = (): Buffer => {
    node(COMPILE);
    return readFileSync(`${bundle}.compiled`);
  };
  const keep = (bytes: string | Uint8Array) => writeFileSync(`${bundle}.compiled`, bytes);

  it('runs a bundle without a compiled form', () => {
    expect(run()).to.deep.equal({ sum: 3 });
  });

  it('runs a bundle from the compiled form next to it', () => {
    compiled();
    expect(run()).to.deep.equal({ refused: false, sum: 3 });
  });

  const unfit: Readonly<Record<string, () => void>> = {
    'that of another bundle': () => {
      writeFileSync(bundle, 'module.exports = { add: () => "something else" };\n');
      compiled();
      writeFileSync(bundle, ADD);
    },
    'that of another version of Node.js': () => {
      const bytes = compiled();
      bytes.writeUInt8(bytes.readUInt8(VERSION_HASH) ^ 1, VERSION_HASH);
      keep(bytes);
    },
    'that of Node.js with other flags': () => void node(COMPILE, '--jitless'),
    'cut off': () => keep(compiled().subarray(0, -50)),
    garbage: () => keep('hunter2'.repeat(1_000)),
    'a few bytes': () => keep('x'),
    empty: () => keep(''),
  };
  for (const [what, make] of Object.entries(unfit))
    it(`compiles the bundle again when the compiled form is ${what}`, () => {
      make();
      expect(run()).to.deep.equal({ refused: true, sum: 3 });
    });

  it('provides exports, module and require like for any CommonJS file in the folder', () => {
    writeFileSync(join(folder, 'beside.cjs'), 'exports.two = 2;');
    writeFileSync(
      bundle,
      `exports.add = (a) => a + require('./beside.cjs').two;\nif (module.exports !== exports) throw 0`,
    );
    expect(run().sum).to.equal(3);
  });

  it('runs a bundle that ends in a comment', () => {
    writeFileSync(bundle, `${ADD}// the end`);
    expect(run().sum).to.equal(3);
  });

  it('keeps the bundle and the line in the stack of an error', () => {
    writeFileSync(bundle, '\nmodule.exports = { add: () => new Error("broken").stack };\n');
    compiled();
    expect(run().sum)
      .to.match(/^Error: broken\n/)
      .and.include(`${bundle}:2:`);
  });
});
