import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { version } from '../../../src/config/version.ts';
import { loadBuild } from '../../support/build.ts';

/** Node.js 20 has none: there the same must happen without. */
const HAS_CACHE = 'enableCompileCache' in module;
const CORRUPT_STARTS = 40;

describe('compile cache of the bundled command', () => {
  let folder: string;
  let cache: string;
  let bundles: number;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ticketd-cache-'));
    cache = join(folder, 'compile-cache');
    const build = await loadBuild();
    await build.bundleCli(folder);
    bundles = build.entries.length;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What `ticketd --version` prints, on both streams. */
  const printed = (env: Record<string, string> = {}): string => {
    const command = ['-c', 'exec "$0" "$@" 2>&1', process.execPath, join(folder, 'ticketd.cjs'), '--version'];
    return execFileSync('sh', command, { encoding: 'utf8', timeout: 20_000, env: { PATH: process.env.PATH, ...env } });
  };
  const cached = (): readonly string[] =>
    readdirSync(cache, { recursive: true, withFileTypes: true, encoding: 'utf8' }).flatMap((entry) =>
      entry.isFile() ? join(entry.parentPath, entry.name) : [],
    );

  it('is written beside the bundles', () => {
    expect(printed()).to.equal(`${version}\n`);
    expect(existsSync(cache)).to.equal(HAS_CACHE);
  });

  it('is left out, without a word, when its folder cannot be made', () => {
    writeFileSync(cache, 'a file');
    expect(printed()).to.equal(`${version}\n`);
    expect(readFileSync(cache, 'utf8')).to.equal('a file');
  });

  it('is where NODE_COMPILE_CACHE says', () => {
    const elsewhere = join(folder, 'elsewhere');
    expect(printed({ NODE_COMPILE_CACHE: elsewhere })).to.equal(`${version}\n`);
    expect([existsSync(elsewhere), existsSync(cache)]).to.deep.equal([HAS_CACHE, false]);
  });

  it('is not written with NODE_DISABLE_COMPILE_CACHE', () => {
    expect(printed({ NODE_DISABLE_COMPILE_CACHE: '1' })).to.equal(`${version}\n`);
    expect(existsSync(cache)).to.equal(false);
  });

  it('can be filled for one user beforehand', () => {
    execFileSync(process.execPath, ['ops/build/fill-compile-cache.mjs', folder, String(process.getuid?.())]);
    const filled = cached();
    // One file a bundle, but for the command itself.
    expect(filled).to.have.lengthOf(HAS_CACHE ? bundles - 1 : 0);
    expect(printed()).to.equal(`${version}\n`);
    expect(cached()).to.deep.equal(filled);
  });

  it(`does no harm with a flipped bit, in ${CORRUPT_STARTS} starts`, function () {
    this.timeout(30_000);
    printed();
    const files = HAS_CACHE ? cached() : [];
    expect(files.length > 0).to.equal(HAS_CACHE);
    const sound = files.map((file) => readFileSync(file));
    for (let start = 0; start < CORRUPT_STARTS; start += 1) {
      for (const [place, file] of files.entries()) writeFileSync(file, flipped(sound[place] as Buffer, start));
      expect(printed(), `start ${start}`).to.equal(`${version}\n`);
    }
  });
});

/** A copy with one bit flipped: from one start to the next at another place, from the first byte to the last. */
const flipped = (bytes: Buffer, start: number): Buffer => {
  const copy = Buffer.from(bytes);
  const at = Math.round((start / (CORRUPT_STARTS - 1)) * (bytes.length - 1));
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << (start % 8)), at);
  return copy;
};
