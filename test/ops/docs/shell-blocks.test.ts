import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { TICKET_PATH } from '../../support/ask.ts';
import { freePort } from '../../support/free-port.ts';
import { bearer, SECRET, token } from '../../support/jwt.ts';
import { until } from '../../support/until.ts';
import { commandBlock } from '../support/command-blocks.ts';

describe('shell commands of ops/deploy/guides/everybody-gets-401.md', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ticketd-guides-'));
    const ticketd = join(folder, 'ticketd');
    writeFileSync(
      ticketd,
      `#!/bin/sh\necho $$ > ${folder}/pid\nexec ${process.execPath} ${resolve('dist/ticketd.cjs')} "$@"\n`,
    );
    chmodSync(ticketd, 0o755);
  });
  after(() => rmSync(folder, { recursive: true }));

  const environment = (more: Readonly<Record<string, string>> = {}) => ({
    PATH: `${folder}:${process.env.PATH}`,
    JWT_SECRET: SECRET,
    REDIS_URL: 'memory://',
    ...more,
  });
  const run = async (block: string, more?: Readonly<Record<string, string>>) =>
    (await promisify(execFile)('sh', ['-ec', block], { cwd: folder, env: environment(more) })).stdout;

  it('show the reason and the detail of each refused JWT', async () => {
    const port = await freePort();
    const block = commandBlock('ops/deploy/guides/everybody-gets-401.md', 'ticketd serve | jq');
    const settings = { HOST: '127.0.0.1', PORT: String(port), INTERNAL_PORT: 'off', JWT_ISSUER: 'https://issuer.test' };
    const env = environment(settings);
    const shell = spawn('sh', ['-ec', block], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const output = text(shell.stdout);
    const url = `http://127.0.0.1:${port}${TICKET_PATH}`;
    const post = (headers: Readonly<Record<string, string>>) => fetch(url, { method: 'POST', headers });
    const exit = once(shell, 'exit');
    try {
      await until('ticketd answers', () => post({}).catch(() => undefined));
      await post(bearer(token({ iss: 'https://issuer.test/' })));
    } finally {
      process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGINT');
      await exit;
    }
    const lines = (await output).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).reason)).to.deep.equal(['missing', 'issuer']);
    expect(lines[1]).to.contain('https://issuer.test/');
  });

  it('say whether serve would accept one JWT', async () => {
    const block = commandBlock('ops/deploy/guides/everybody-gets-401.md', 'ticketd check-config --jwt-file');
    writeFileSync(join(folder, 'user.jwt'), token({ sub: 'alice' }));
    expect(await run(block)).to.contain('alice');
  });

  it('show the claims of a JWT and the JWT settings in force', async () => {
    const block = commandBlock('ops/deploy/guides/everybody-gets-401.md', 'node -p');
    const shown = await run(block, { TOKEN: token({ sub: 'alice' }), JWT_ISSUER: 'https://issuer.test/' });
    expect(shown)
      .to.contain("sub: 'alice'")
      .and.to.match(/^JWT_ISSUER.*https:\/\/issuer\.test\//m)
      .and.to.not.contain(SECRET);
  });
});
