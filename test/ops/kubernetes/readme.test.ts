import { basename } from 'node:path';
import { expect } from 'chai';
import { type EventDeclaration, events } from '../../../src/log/events.ts';
import { parseFilterPattern } from '../support/filter-pattern.ts';
import { withFakeKubectl } from '../support/kubernetes/fake-kubectl.ts';
import { ofKind } from '../support/kubernetes/manifest.ts';
import { manifestsIn, schemaErrors } from '../support/kubernetes/schema.ts';
import { shipped } from '../support/kubernetes/shipped.ts';
import { allPages, readPage } from '../support/pages.ts';
import { rules } from '../support/prometheus/rule-file.ts';

const { commands } = readPage('ops/deploy/kubernetes/README.md');
const blockWith = (text: string): string => {
  const found = commands.find((command) => command.includes(text));
  if (found === undefined) throw new Error(`no command with ${text}`);
  return found;
};

describe('ops/deploy/kubernetes/README.md commands', () => {
  it('create a Secret with every file that the pods read', async () => {
    const { files } = await withFakeKubectl(blockWith('create secret'));
    const [deployment] = ofKind(manifestsIn(shipped), 'Deployment');
    const read = deployment?.spec?.template.spec?.containers[0]?.env?.map(({ value = '' }) => basename(value));
    expect(Object.keys(files)).to.have.members(read ?? []);
    expect(files['redis-url']).to.equal('redis://r');
    expect(files['jwt-secret']).to.equal('a secret of the backend, 32 bytes or more');
    expect(files['gateway-keys']?.trim()).to.have.lengthOf.above(31);
  });

  it('apply all manifests except those for prometheus-operator, with the chosen image', async () => {
    const { applied } = await withFakeKubectl(blockWith('IMAGE='));
    const manifests = applied.flatMap(manifestsIn);
    const kinds = manifestsIn(shipped).map(({ kind }) => kind);
    expect(manifests.map(({ kind }) => kind)).to.have.members(kinds.filter((kind) => kind !== 'ServiceMonitor'));
    const [deployment] = ofKind(manifests, 'Deployment');
    expect(deployment?.spec?.template.spec?.containers[0]?.image).to.equal('registry.example.com/ticketd:0.1.0');
  });

  it('convert the alerts to a valid PrometheusRule', async () => {
    const { applied } = await withFakeKubectl(blockWith('PrometheusRule'));
    const manifests = applied.flatMap(manifestsIn);
    expect(await schemaErrors(manifests)).to.equal('');
    const [made] = ofKind(manifests, 'PrometheusRule');
    expect(made?.spec?.groups?.flatMap((group) => group.rules)).to.deep.equal(rules);
  });

  it('find in the pod log the lines that each runbook command searches for', async () => {
    const patterns = allPages
      .flatMap((page) => page.commands)
      .flatMap((command) => [...command.matchAll(/^events \w+ '(.*)'$/gm)].map(([, pattern = '']) => pattern));
    expect(patterns).to.have.lengthOf.above(10);
    const lines = Object.entries<EventDeclaration>(events).flatMap(([event, { level }]) =>
      [{}, { reason: 'used' }, { durationMs: 10_000, errorCode: 'X' }].map((more) => ({ event, level, ...more })),
    );
    const log = ['not JSON', ...lines.map((line) => JSON.stringify(line))].join('\n');
    const looked = patterns.map((pattern) => `events 15m '${pattern}'; echo end`);
    const { stdout } = await withFakeKubectl([blockWith('events()'), ...looked].join('\n'), log);
    const found = stdout.split('end\n').slice(0, -1);
    for (const [index, pattern] of patterns.entries()) {
      const expected = lines.filter(parseFilterPattern(pattern)).map((line) => JSON.stringify(line));
      expect(found[index]?.trimEnd().split('\n'), pattern).to.deep.equal(expected);
    }
  });
});
