import { expect } from 'chai';
import { version } from '../../../src/config/version.ts';
import { docker, tryDocker } from './support/docker.ts';
import { BUILD_TIMEOUT_MS, buildImage } from './support/image.ts';

const MAX_OWN_BYTES = 15_000_000;
const HOME = '/opt/ticketd';

interface Inspected {
  readonly Config: Readonly<Record<string, unknown>> & { readonly Labels: Readonly<Record<string, string>> };
  readonly Size: number;
}

describe('Docker image', () => {
  let image: string;

  before(async function () {
    this.timeout(BUILD_TIMEOUT_MS);
    image = await buildImage();
  });

  const inspect = async (name: string): Promise<Inspected> =>
    JSON.parse(await docker('image', 'inspect', '--format={{json .}}', name));
  const within = (...command: [string, ...string[]]): Promise<string> => {
    const [entrypoint, ...args] = command;
    return docker('run', '--rm', '--user=0', '--network=none', `--entrypoint=${entrypoint}`, image, ...args);
  };

  it('has the expected user, entrypoint, stop signal, port and labels', async () => {
    const { Config } = await inspect(image);
    expect(Config).to.deep.include({
      User: '1000:1000',
      Entrypoint: ['node', `${HOME}/ticketd.cjs`],
      Cmd: ['serve'],
      StopSignal: 'SIGTERM',
      ExposedPorts: { '3000/tcp': {} },
    });
    expect(Config.Env).to.include('NODE_ENV=production');
    expect(Config.Labels).to.include({
      'org.opencontainers.image.title': 'ticketd',
      'org.opencontainers.image.licenses': 'MIT',
      'org.opencontainers.image.version': version,
    });
    expect(await docker('run', '--rm', image, '--version')).to.equal(version);
  });

  it('adds less than 15 MB to its base image', async () => {
    const { Config, Size } = await inspect(image);
    const baseName = Config.Labels['org.opencontainers.image.base.name'] ?? '';
    // BuildKit does not store the base image in the engine.
    if ((await tryDocker(['image', 'inspect', baseName])).code !== 0) await docker('pull', '--quiet', baseName);
    const base = await inspect(baseName);
    const own = Size - base.Size;
    console.log(`      ${(own / 1e6).toFixed(1)} MB on top of ${(base.Size / 1e6).toFixed(0)} MB`);
    expect(own).to.be.within(1, MAX_OWN_BYTES);
  });

  it('contains no npm and no file that ticketd could change', async () => {
    const found = await within('sh', '-c', 'for c in npm npx yarn corepack; do command -v $c; done; true');
    expect(found).to.equal('');
    expect(await within('find', '/', '-xdev', '-name', 'node_modules', '-not', '-path', '/proc/*')).to.equal('');
    expect(await within('find', HOME, '(', '-not', '-user', 'root', '-o', '-perm', '/022', ')')).to.equal('');
    const dated = '2000-01-01';
    expect(await within('find', HOME, '-type', 'f', '-newermt', dated), 'dated by the build').to.equal('');
  });

  it('contains a compile cache that its Node.js accepts, with a read-only file system', async () => {
    // Node.js prints what it does with each file.
    const tracing = ['--rm', '--read-only', '--env=NODE_DEBUG_NATIVE=COMPILE_CACHE', '--entrypoint=sh'];
    const check = `node ${HOME}/ticketd.cjs check-config 2>&1; node ${HOME}/ticketd.cjs token --subject a 2>&1; true`;
    const printed = await docker('run', ...tracing, image, '-c', check);
    for (const bundle of ['check-config.cjs', 'token.cjs'])
      expect(printed).to.contain(`V8 code cache for CommonJS ${HOME}/${bundle} was accepted`);
    const files = (await within('find', `${HOME}/compile-cache`, '-type', 'f')).split('\n');
    expect(files).to.have.lengthOf.above(4);
  });

  it('lists every package that it contains, with its licence', async () => {
    const { packages, relationships } = JSON.parse(await within('cat', `${HOME}/sbom.spdx.json`));
    const licences = await within('cat', `${HOME}/licences.txt`);
    const listed = packages.map((one: Record<string, string>) => `${one.name} ${one.versionInfo}`);
    const named = [...licences.matchAll(/^(\S+ \d+\.\d+\.\d+\S*): .+$/gm)].map(([, name]) => name);
    expect(named.join()).to.include('ioredis ').and.include('koa ').and.include('pino ');
    expect(listed).to.have.members([`ticketd ${version}`, ...named]);
    expect(relationships).to.have.length(listed.length);
  });
});
