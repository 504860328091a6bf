import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { readConfig, readSettings } from '../../../src/config/read-config.ts';
import { ask } from '../../support/ask.ts';
import { SECRET } from '../../support/jwt.ts';
import { startRedis } from '../../support/redis.ts';
import { withService } from '../../support/service.ts';
import { endAll, ticketd } from '../../support/ticketd.ts';
import { ofKind } from '../support/kubernetes/manifest.ts';
import { manifestsIn, schemaErrors } from '../support/kubernetes/schema.ts';
import { deadlines, shipped, shippedIngress } from '../support/kubernetes/shipped.ts';
import { scrape } from '../support/prometheus/eventful-life.ts';
import { networkRules } from '../support/rules/network-rules.ts';
import { podRules } from '../support/rules/pod-rules.ts';

const manifests = manifestsIn(shipped);
const [deployment] = ofKind(manifests, 'Deployment');
const container = deployment?.spec?.template.spec?.containers[0];
const settings = ofKind(manifests, 'ConfigMap')[0]?.data ?? {};

describe('Kubernetes manifests', () => {
  afterEach(endAll);

  it('match the Kubernetes schemas', async () => {
    expect(manifests.map(({ kind }) => kind)).to.include.members(['Deployment', 'Service', 'NetworkPolicy']);
    expect(await schemaErrors(manifests)).to.equal('');
  });

  it('run ticketd hardened, with enough time to start and to stop', async () => {
    for (const one of ofKind(manifests, 'Deployment'))
      expect(podRules(await deadlines(manifests))(one)).to.deep.equal([]);
  });

  it('select each other and expose the internal listener only to gateways and Prometheus', () => {
    expect(networkRules(manifests)).to.deep.equal([]);
  });

  it('open the internal listener also to ingress-nginx, and to nothing else', async () => {
    const withIngress = [...manifests, ...manifestsIn(shippedIngress)];
    expect(await schemaErrors(withIngress)).to.equal('');
    expect(networkRules(withIngress)).to.deep.equal([]);
  });

  it('have the version of package.json', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(container?.image).to.equal(`registry.example/ticketd:${version}`);
  });

  it('open the default ports of ticketd', async () => {
    const { http } = await readConfig({ ...settings, JWT_SECRET: SECRET });
    expect(container?.ports).to.deep.equal([
      { name: 'public', containerPort: http.port },
      { name: 'internal', containerPort: http.internalPort },
    ]);
  });

  it('probe and scrape paths that the listeners serve', async () => {
    const redis = await startRedis();
    await withService({ REDIS_URL: redis.url }, async (service) => {
      for (const probe of [container?.startupProbe, container?.readinessProbe, container?.livenessProbe])
        expect((await ask(`${service.url}${probe?.httpGet?.path}`)).status).to.equal(200);
      const [monitor] = ofKind(manifests, 'ServiceMonitor');
      expect(monitor?.spec.endpoints.map(({ path }) => path)).to.deep.equal(['/metrics']);
      expect(await scrape(service)).to.contain('ticketd_redis_ready 1');
    });
    await redis.stop();
  });

  it('set only variables that ticketd reads, and secrets only through *_FILE', async () => {
    const known = (await readSettings({ JWT_SECRET: SECRET })).map(({ variable }) => variable);
    expect(known.map(({ name }) => name)).to.include.members(Object.keys(settings));
    expect(known.filter(({ name, secret }) => secret && name in settings)).to.deep.equal([]);
    const secrets = known.filter(({ secret }) => secret).map(({ name }) => `${name}_FILE`);
    expect(secrets).to.include.members(container?.env?.map(({ name }) => name) ?? []);
  });

  it('pass check-config with the secrets mounted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ticketd-secrets-'));
    const values: Readonly<Record<string, string>> = {
      'redis-url': 'rediss://:password@redis.example:6379',
      'jwt-secret': SECRET,
      'gateway-keys': 'a-gateway-key-of-32-characters-or-more',
    };
    for (const [name, value] of Object.entries(values)) await writeFile(join(folder, name), value);
    const files = container?.env?.map(({ name, value = '' }) => [name, join(folder, basename(value))]) ?? [];
    const check = ticketd(['check-config', '--json'], { ...settings, ...Object.fromEntries(files) });
    expect((await check.exit).code, check.output).to.equal(0);
    expect(check.stdout).to.contain('production');
    await rm(folder, { recursive: true });
  });
});
