import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { SECRET } from '../../support/jwt.ts';
import { endAll, ticketd } from '../../support/ticketd.ts';

/** A text that only the source of this library, or this part of ticketd, contains. */
const MARKS = {
  koa: 'non-error thrown',
  ioredis: 'retryDelayOnFailover',
};

describe('ticketd command line: loaded modules', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ticketd-loaded-'));
  });
  afterEach(async () => {
    await endAll();
    await rm(directory, { recursive: true });
  });

  /** The libraries in the files that a process of this environment loaded, as Node's own coverage report lists them. */
  const loaded = async (): Promise<readonly string[]> => {
    const reports = (await readdir(directory)).map((name) => readFile(join(directory, name), 'utf8'));
    const scripts = (await Promise.all(reports)).flatMap((report): { url: string }[] => JSON.parse(report).result);
    const files = scripts.filter(({ url }) => url.includes('/dist/')).map(({ url }) => readFile(fileURLToPath(url)));
    expect(files).not.to.deep.equal([]);
    const texts = await Promise.all(files);
    return Object.entries(MARKS).flatMap(([library, mark]) =>
      texts.some((text) => text.includes(mark)) ? library : [],
    );
  };

  const start = (args: readonly string[], env: Record<string, string> = {}) =>
    ticketd(args, { ...env, NODE_V8_COVERAGE: directory });

  const runServe = async (keys: Record<string, string>) => {
    const service = start(['serve'], { ...keys, REDIS_URL: 'memory://', PORT: '0', INTERNAL_PORT: '0' });
    await service.url();
    service.process.kill('SIGTERM');
    await service.exit;
  };

  it('loads Koa and ioredis for serve', async () => {
    await runServe({ JWT_SECRET: SECRET });
    expect(await loaded()).to.have.members(['koa', 'ioredis']);
  });

  it('loads ioredis and not Koa for check-redis', async () => {
    await start(['check-redis'], { REDIS_URL: 'redis://127.0.0.1:1' }).exit;
    expect(await loaded()).to.deep.equal(['ioredis']);
  });

  for (const args of [
    ['probe'],
    ['probe', 'ready'],
    ['--help'],
    ['probe', '--help'],
    ['serve', '--help'],
    ['--version'],
    ['token', '--subject', 'alice'],
  ]) {
    it(`loads neither Koa nor ioredis for ${args.join(' ')}`, async () => {
      await start(args).exit;
      expect(await loaded()).to.deep.equal([]);
    });
  }

  it('loads neither Koa nor ioredis for check-config', async () => {
    await start(['check-config'], { JWT_SECRET: SECRET }).exit;
    expect(await loaded()).to.deep.equal([]);
  });
});
