import { expect } from 'chai';
import { loadBuild } from '../support/build.ts';
import { cyclesIn, graphOf, type ImportGraph, importsOf, loadedBy, readSources } from '../support/import-graph.ts';
import { foldersOf, importsRunningUp, usersOf } from '../support/layers.ts';

const HEAVY = ['koa', 'ioredis', 'pino', 'prom-client'];
const OF_THE_SERVICE = /^src\/(cli|service|http|startup|metrics|auth)\//;

const graph = (edges: Readonly<Record<string, readonly string[]>>): ImportGraph =>
  new Map(Object.entries(edges).map(([from, to]) => [from, to.map((path) => ({ kind: 'static', to: path }))]));

describe('architecture of src and bin', () => {
  const sources = readSources();
  const imports = graphOf(sources);

  it('imports only files that exist', () => {
    const own = [...imports.values()].flat().filter(({ to }) => to.startsWith('src/') || to.startsWith('bin/'));
    expect(own).to.have.length.above(sources.size);
    expect(own.filter(({ to }) => !sources.has(to))).to.deep.equal([]);
  });

  it('has no import cycle, type imports included', () => {
    expect(cyclesIn(imports)).to.deep.equal([]);
  });

  it('has no import of a higher layer by a lower one', () => {
    expect(importsRunningUp(imports)).to.deep.equal([]);
  });

  it('has no circle of folders', () => {
    expect(cyclesIn(foldersOf(imports))).to.deep.equal([]);
  });

  it('imports of other folders only src/protocol and src/time in src/config', () => {
    const ofConfig = [...imports].filter(([from]) => from.startsWith('src/config/')).flatMap(([, all]) => all);
    const others = ofConfig.map(({ to }) => to).filter((to) => to.startsWith('src/') && !to.startsWith('src/config/'));
    expect(others).to.have.lengthOf.above(0);
    expect(others.filter((to) => !/^src\/(protocol|time)\//.test(to))).to.deep.equal([]);
  });

  for (const start of ['src/cli/main.ts', 'src/cli/check-config.ts', 'src/cli/token.ts'])
    it(`loads neither Koa, ioredis, pino nor prom-client with ${start}`, () => {
      const loaded = loadedBy(imports, start);
      expect(loaded).to.include('src/cli/exit-codes.ts');
      expect(HEAVY.filter((name) => loaded.has(name))).to.deep.equal([]);
    });

  it('loads only what watches the process, and the compile cache, with bin/ticketd.ts, and the rest at run time', () => {
    expect(imports.get('bin/ticketd.ts')).to.deep.equal([
      { kind: 'static', to: 'src/cli/watch-process.ts' },
      { kind: 'static', to: 'bin/compile-cache.ts' },
      { kind: 'dynamic', to: 'src/cli/main.ts' },
    ]);
  });

  it('bundles the command, and each file that the command imports at run time', async () => {
    const { entries } = await loadBuild();
    const atRunTime = [...imports]
      .flatMap(([from, imported]) => (from.startsWith('src/gateway/') ? [] : imported))
      .filter(({ kind, to }) => kind === 'dynamic' && to.startsWith('src/'));
    expect(entries).to.have.members(['bin/ticketd.ts', ...new Set(atRunTime.map(({ to }) => to))]);
  });

  it('imports at run time by literal path only, so that the build finds the file', () => {
    const calls = [...sources.values()].flatMap((text) => text.match(/\bimport\s*\([^)]*\)/g) ?? []);
    expect(calls.filter((call) => !/^import\('[^'$]+'\)$/.test(call))).to.deep.equal([]);
    expect(calls).to.have.lengthOf.above(0);
  });

  it('loads Koa, ioredis, pino and prom-client with src/cli/serve.ts', () => {
    const loaded = loadedBy(imports, 'src/cli/serve.ts');
    expect(HEAVY.filter((name) => loaded.has(name))).to.deep.equal(HEAVY);
  });

  for (const library of ['src/client/', 'src/gateway/'])
    it(`imports nothing of ${library} anywhere else, since it is a library for other programs`, () => {
      const users = [...imports].filter(
        ([from, all]) => !from.startsWith(library) && all.some(({ to }) => to.startsWith(library)),
      );
      expect(users.map(([from]) => from)).to.deep.equal([]);
    });

  it('loads only files of src/client and src/protocol with ticketd/client', () => {
    const loaded = [...loadedBy(imports, 'src/client/client.ts')];
    expect(loaded).to.have.lengthOf.above(1);
    expect(loaded.filter((name) => !/^src\/(client|protocol)\//.test(name))).to.deep.equal([]);
  });

  it('loads neither ioredis nor parts of the service with ticketd/gateway', () => {
    const loaded = [...loadedBy(imports, 'src/gateway/gateway.ts')];
    expect(loaded).to.include('src/protocol/presented-ticket.ts');
    expect(loaded.filter((name) => HEAVY.includes(name) || OF_THE_SERVICE.test(name))).to.deep.equal([]);
  });

  it('loads ioredis, and of the service no more than an error, with src/gateway/redis-tickets.ts', () => {
    const loaded = [...loadedBy(imports, 'src/gateway/redis-tickets.ts')];
    expect(loaded.filter((name) => HEAVY.includes(name) || OF_THE_SERVICE.test(name))).to.have.members([
      'ioredis',
      'src/startup/errors.ts',
    ]);
  });

  it('reads the environment in src/cli only', () => {
    expect(usersOf('env', sources, ['src/cli'])).to.deep.equal([]);
    expect(usersOf('env', sources, [])).to.include('src/cli/serve.ts');
  });

  it('ends the process in src/cli and bin only', () => {
    expect(usersOf('exit', sources, ['src/cli', 'bin'])).to.deep.equal([]);
    expect(usersOf('exit', sources, [])).to.include('bin/ticketd.ts');
  });
});

describe('architecture checks', () => {
  it('read every form of import', () => {
    const text = `import a, { type B } from './a.ts';\nimport type { C } from '../c.ts';\nimport {\n  d,\n  e,\n} from 'pkg';
import './side.ts';\nimport * as f from "@x/f";\nexport { g } from './g.ts';\nexport type * from './h.ts';
const i = await import('./i.ts');\nimport data from '../d.json' with { type: 'json' };\nexport const from = 'nowhere';`;
    expect(importsOf('src/x/y.ts', text)).to.have.deep.members([
      { kind: 'static', to: 'src/x/a.ts' },
      { kind: 'type', to: 'src/c.ts' },
      { kind: 'static', to: 'pkg' },
      { kind: 'static', to: 'src/x/side.ts' },
      { kind: 'static', to: '@x/f' },
      { kind: 'static', to: 'src/x/g.ts' },
      { kind: 'type', to: 'src/x/h.ts' },
      { kind: 'dynamic', to: 'src/x/i.ts' },
      { kind: 'static', to: 'src/d.json' },
    ]);
  });

  it('find a cycle of any length, and a file that imports itself', () => {
    expect(cyclesIn(graph({ a: ['b', 'c'], b: ['c'], c: [] }))).to.deep.equal([]);
    expect(cyclesIn(graph({ a: ['b'], b: ['c'], c: ['d'], d: ['b'] }))).to.deep.equal(['b → c → d → b']);
    expect(cyclesIn(graph({ a: ['a'] }))).to.deep.equal(['a → a']);
  });

  it('find an import of a higher layer, and one from or to a folder without a layer', () => {
    const up = graph({
      'src/tickets/a.ts': ['src/http/b.ts'],
      'src/http/b.ts': ['src/tickets/a.ts', 'src/redis/c.ts'],
    });
    expect(importsRunningUp(up)).to.deep.equal(['src/tickets/a.ts → src/http/b.ts (static)']);
    const http = graph({
      'src/http/app.ts': ['src/http/routes/issue.ts', 'src/http/server/listener.ts'],
      'src/http/routes/issue.ts': ['src/http/middleware/cors.ts', 'src/http/app.ts'],
      'src/http/middleware/cors.ts': ['src/http/routes/issue.ts'],
      'src/http/server/listener.ts': ['src/http/middleware/cors.ts', 'src/tickets/issue.ts'],
    });
    expect(importsRunningUp(http)).to.deep.equal([
      'src/http/routes/issue.ts → src/http/app.ts (static)',
      'src/http/middleware/cors.ts → src/http/routes/issue.ts (static)',
      'src/http/server/listener.ts → src/http/middleware/cors.ts (static)',
    ]);
    const stray = graph({
      'src/utils/a.ts': ['src/log/b.ts'],
      'src/log/c.ts': ['src/config/version.ts', 'src/utils/a.ts', 'src/errors.ts'],
    });
    expect(importsRunningUp(stray)).to.have.lengthOf(3);
  });

  it('find a circle of folders', () => {
    const circle = graph({
      'src/tickets/a.ts': ['src/redis/b.ts'],
      'src/redis/b.ts': ['src/redis/c.ts'],
      'src/redis/c.ts': ['src/tickets/d.ts', 'node:net'],
    });
    expect(cyclesIn(circle)).to.deep.equal([]);
    expect(cyclesIn(foldersOf(circle))).to.deep.equal(['src/tickets → src/redis → src/tickets']);
  });

  it('follow imports through other files, but not type imports and run-time imports', () => {
    const kinds: ImportGraph = new Map([
      ['a', [{ kind: 'static', to: 'b' }]],
      [
        'b',
        [
          { kind: 'static', to: 'koa' },
          { kind: 'type', to: 'pino' },
          { kind: 'dynamic', to: 'ioredis' },
        ],
      ],
    ]);
    expect([...loadedBy(kinds, 'a')]).to.deep.equal(['a', 'b', 'koa']);
  });

  it('find uses of env and exit under each of their names, in code and not in comments', () => {
    const of = (text: string) => new Map([['src/log/x.ts', text]]);
    for (const text of ['process.env.PORT', "import { env } from 'node:process';", 'const { env } = process;'])
      expect(usersOf('env', of(text), ['src/cli']), text).to.deep.equal(['src/log/x.ts']);
    expect(usersOf('exit', of('process.exit(1);'), ['src/cli'])).to.deep.equal(['src/log/x.ts']);
    expect(usersOf('exit', of('// process.exit(1);'), ['src/cli'])).to.deep.equal([]);
    expect(usersOf('exit', of('process.exit(1);'), ['src/log'])).to.deep.equal([]);
    expect(usersOf('exit', of('process.on("exit", listener);'), [])).to.deep.equal([]);
  });
});
