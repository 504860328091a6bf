import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Variable } from '../../../src/config/variable.ts';
import { variables } from '../../../src/config/variables.ts';
import { type EventDeclaration, events } from '../../../src/log/events.ts';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { run } from '../../support/run.ts';
import { parseFilterPattern } from '../support/filter-pattern.ts';
import { allPages, checklistPages, pageOf, readPage, runbookPages } from '../support/pages.ts';
import { ofType, wholeStack } from '../support/sample.ts';
import { readTemplate } from '../support/template.ts';

const SETUP = 'ops/deploy/runbooks/README.md';
const declared = Object.entries<EventDeclaration>(events);
const names = new Set(
  Object.values(variables)
    .flatMap((section) => Object.values<Variable<unknown>>(section))
    .flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name])),
);

/** The code spans of all pages that match the pattern, each with its page. */
const spansLike = (form: RegExp): readonly (readonly [string, string])[] =>
  allPages.flatMap(({ path, spans }) =>
    spans.flatMap((span) => [...span.matchAll(form)].map(([word]) => [word, path] as const)),
  );

describe('operations pages in ops/', () => {
  for (const { path, links } of allPages)
    it(`link only to files that exist: ${path}`, () => {
      expect(links.filter((link) => !existsSync(link))).to.deep.equal([]);
    });

  it('name only events that exist', () => {
    const known = new Set<string>(declared.map(([name]) => name));
    const like = spansLike(/^(?:phase|redis|ws_ticket|revocation|server|readiness|internal|uncaught)_[a-z_]+$/g);
    expect(like).to.have.lengthOf.above(20);
    expect(like.filter(([word]) => !known.has(word))).to.deep.equal([]);
  });

  it('name only metrics that exist', async () => {
    const metrics = createMetrics({ inFlight: () => 0 });
    metrics.observeRevocations({ feeds: { count: () => 0, lagSeconds: () => 0 }, log: { lagSeconds: () => 0 } });
    const rendered = await metrics.render();
    const like = spansLike(/^ticketd_\w+$/g);
    expect(like).to.have.lengthOf.above(0);
    expect(like.filter(([word]) => !rendered.includes(word))).to.deep.equal([]);
  });

  it('name only variables that exist', () => {
    const like = spansLike(/^(?:REDIS|JWT|TICKET|REVOCATION|SHUTDOWN|STARTUP|DRAIN)_(?!TIMEOUT$)[A-Z_]+$/g);
    expect(like).to.have.lengthOf.above(10);
    expect(like.filter(([word]) => !names.has(word))).to.deep.equal([]);
  });

  it('mention every event of level warn, error or fatal', () => {
    const runbooks = runbookPages.map(({ text }) => text).join();
    const serious = declared.filter(([, { level }]) => ['warn', 'error', 'fatal'].includes(level));
    // Production, which the runbooks cover, refuses the embedded store.
    expect(serious.map(([name]) => name).filter((name) => !runbooks.includes(name))).to.deep.equal(['memory_store']);
  });

  it('filter the log by valid CloudWatch patterns for events that exist', () => {
    const patterns = allPages
      .flatMap(({ commands }) => commands)
      .flatMap((command) => [...command.matchAll(/^events \w+ '(.*)'$/gm)].map(([, pattern = '']) => pattern));
    expect(patterns).to.have.lengthOf.above(10);
    for (const pattern of patterns) {
      const matches = parseFilterPattern(pattern);
      const lines = declared.flatMap(([event, { level }]) =>
        [{}, { reason: 'used' }, { durationMs: 10_000 }].map((more) => ({ event, level, ...more })),
      );
      expect(lines.some(matches), pattern).to.equal(true);
      for (const [, event = ''] of pattern.matchAll(/\$\.event = "(\w+)"/g)) expect(events).to.have.property(event);
    }
  });

  it('use only outputs that template.yaml has', () => {
    const taken = allPages.flatMap(({ commands }) =>
      commands.flatMap((command) => [...command.matchAll(/\(output (\w+)\)/g)]),
    );
    expect(taken).to.have.lengthOf.above(3);
    expect(readTemplate('template.yaml').Outputs).to.include.keys(taken.map(([, name = '']) => name));
  });

  it('name only parameters that template.yaml has', () => {
    const { Parameters } = readTemplate('template.yaml');
    const given = allPages.flatMap(({ text }) => [...text.matchAll(/"([A-Z]\w+)=/g)].map(([, name = '']) => name));
    expect(given).to.have.lengthOf.above(8);
    expect(Parameters).to.include.keys(given.filter((name) => name !== 'Name'));
    const inProse = spansLike(/^[A-Z][a-z]+[A-Z]\w*$/g).filter(
      ([, path]) => path !== 'ops/deploy/checklists/migration.md',
    );
    expect(inProse.filter(([word]) => !(word in (Parameters ?? {})))).to.deep.equal([]);
  });

  it('name only saved queries that exist', () => {
    const queries = ofType<{ Name: string }>(wholeStack().resources, 'AWS::Logs::QueryDefinition').map(
      ([, { Name }]) => Name,
    );
    for (const name of ['follow-a-ticket', 'follow-a-request', 'refused-tickets']) {
      expect(spansLike(/^[a-z-]+$/g).map(([word]) => word)).to.include(name);
      expect(queries).to.include(`ticketd/${name}`);
    }
  });
});

describe('ops/README.md', () => {
  const foldersIn = (folder: string): readonly string[] =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${folder}/${name}`);

  it('links into every folder of ops, and of its three groups', () => {
    const { links } = readPage('ops/README.md');
    const folders = [...foldersIn('ops'), ...['deploy', 'try', 'build'].flatMap((group) => foldersIn(`ops/${group}`))];
    expect(folders).to.have.lengthOf.above(15);
    expect(folders.filter((folder) => !links.some((link) => `${link}/`.startsWith(`${folder}/`)))).to.deep.equal([]);
  });
});

describe('shell commands on operations pages', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ticketd-pages-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** The findings of shellcheck for commands run in sequence after the setup. */
  const checked = async (commands: readonly string[]): Promise<string> => {
    const file = join(folder, 'commands.sh');
    // Functions and variables of one page are available on the next; the reader fills in some of them.
    const unused = '# shellcheck disable=SC2034,SC2154,SC2317,SC2329';
    await writeFile(file, ['#!/bin/bash', unused, ...commands].join('\n'));
    return run('shellcheck', [file]).catch(String);
  };

  const setUp = readPage(SETUP).commands;
  for (const { path, commands } of allPages)
    it(`pass shellcheck: ${path}`, async () => {
      expect(await checked(path === SETUP ? commands : [...setUp, ...commands])).to.equal('');
    }).timeout(60_000);

  it('fail shellcheck when a variable is unquoted', async () => {
    const { commands } = pageOf('x.md', '```sh\nrm -rf $FOLDER/*\n```\n');
    expect(await checked(commands)).to.contain('SC2086');
  });
});

describe('ops/deploy/checklists/deployment.md', () => {
  const checklist = checklistPages.find(({ path }) => path.endsWith('deployment.md'));

  it('has a command for every step before, during and after the deployment', () => {
    const { headings = [], text = '' } = checklist ?? {};
    expect(headings.slice(1)).to.deep.equal(['Before', 'Deploy', 'After']);
    const steps = text.split(/^- \[ \] /m).slice(1);
    expect(steps).to.have.lengthOf.above(10);
    for (const step of steps) expect(step).to.match(/```sh\n/);
  });

  it('runs the smoke test, the load test and the searches for failures', () => {
    const commands = checklist?.commands.join('\n');
    for (const needed of [
      'ops/deploy/scripts/smoke.sh "$URL"',
      'ops/deploy/scripts/load.sh "$URL"',
      'redis_connect_fail',
      'ws_ticket_redis_not_ready',
    ])
      expect(commands).to.contain(needed);
  });

  for (const page of ['rollback.md', 'migration.md', 'game-day.md'])
    it(`is accompanied by ${page}`, () => {
      expect(checklistPages.map(({ path }) => path)).to.include(`ops/deploy/checklists/${page}`);
    });

  it('is accompanied by a game day with blast radius, abort criteria and an undo for each scenario', () => {
    const { headings = [], text = '' } = checklistPages.find(({ path }) => path.endsWith('game-day.md')) ?? {};
    expect(headings).to.include.members(['Blast radius', 'Abort']);
    const scenarios = text.split(/^## (?=\d)/m).slice(1);
    expect(scenarios).to.have.lengthOf.above(3);
    for (const scenario of scenarios)
      expect(scenario)
        .to.match(/^Expect: /m)
        .and.to.match(/^Undo/m);
  });

  it('is accompanied by migration notes with every name that the design document changed', () => {
    const { text = '' } = checklistPages.find(({ path }) => path.endsWith('migration.md')) ?? {};
    for (const name of [
      'WS_REDIS_UNAVAILABLE',
      'WS_TICKET_REDIS_NOT_READY',
      'lib/redis',
      'infra/redis',
      'initialize()',
      'start()',
    ])
      expect(text).to.contain(name);
  });
});
