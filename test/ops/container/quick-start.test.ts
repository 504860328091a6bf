import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { commandBlock } from '../support/command-blocks.ts';
import { docker, succeed, tryDocker } from './support/docker.ts';

const NODE_IMAGE = process.env.NODE_IMAGE ?? 'node:24-bookworm-slim';
/** The commands under "Quick start", in order. */
const commands = (): string =>
  [
    commandBlock('README.md', 'npm install ticketd ws'),
    commandBlock('README.md', 'cat > gateway.mjs'),
    commandBlock('README.md', 'cat > client.mjs'),
  ].join('\n');

describe('README.md "Quick start"', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ticketd-quick-start-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('greets the client when it is pasted into a container that has nothing but Node.js', async () => {
    const args = ['pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`];
    const [{ filename }] = JSON.parse(
      execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    // npm's registry does not have this version yet.
    const pasted = commands().replace('npm install ticketd ', `npm install --no-audit /${filename} `);
    expect(pasted).to.contain(filename);
    const id = await docker('create', '--workdir=/empty', '--env=npm_config_registry', NODE_IMAGE, 'sh', '-ec', pasted);
    try {
      await docker('cp', join(folder, filename), `${id}:/${filename}`);
      const started = ['start', '--attach', id];
      const output = succeed(started, await tryDocker(started, { timeoutMs: 120_000 }));
      expect(output.split('\n').at(-1)).to.equal('Hello, alice');
    } finally {
      await docker('rm', '--force', id);
    }
  }).timeout(150_000);
});
