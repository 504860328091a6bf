import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { readConfig, readSettings } from '../../src/config/read-config.ts';
import { SECRET } from '../support/jwt.ts';

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly [setting: string]: unknown;
}

const services: Readonly<Record<string, Service>> = parse(readFileSync('ops/try/compose.yml', 'utf8')).services;
const { redis, ticketd } = services as { readonly redis: Service; readonly ticketd: Service };

describe('ops/try/compose.yml settings', () => {
  it('gives every container a read-only root, no capabilities and no new privileges', () => {
    for (const [name, service] of Object.entries(services))
      expect(service, name).to.deep.include({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
  });

  it('sets only variables that ticketd reads', async () => {
    const known = (await readSettings({ JWT_SECRET: SECRET })).map(({ variable }) => variable.name);
    expect(known).to.include.members(Object.keys(ticketd.environment ?? {}));
  });

  it('has a stop_grace_period longer than SHUTDOWN_TIMEOUT_MS', async () => {
    const { shutdown } = await readConfig({ NODE_ENV: 'production', JWT_SECRET: SECRET });
    const grace = /^(\d+)s$/.exec(ticketd.stop_grace_period ?? '')?.[1];
    expect(Number(grace) * 1000).to.be.above(shutdown.timeoutMs);
  });

  it('publishes only the public listener and nginx', () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(published.map((port) => port.split(':').at(-1))).to.deep.equal(['3000', '8080']);
  });

  it('treats Redis as healthy only when it replies PONG', () => {
    const [shell, command = ''] = redis.healthcheck?.test ?? [];
    expect(shell).to.equal('CMD-SHELL');
    const folder = mkdtempSync(join(tmpdir(), 'ticketd-compose-'));
    const exitCodeAt = (answer: string) => {
      // Like redis-cli: prints an error reply and exits with code 0.
      writeFileSync(join(folder, 'redis-cli'), `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
      const env = { PATH: `${folder}:${process.env.PATH}` };
      return spawnSync('sh', ['-c', command.replaceAll('$$', '$')], { env }).status;
    };
    try {
      expect(exitCodeAt('PONG')).to.equal(0);
      expect(exitCodeAt('LOADING Redis is loading the dataset in memory')).to.equal(1);
      expect(exitCodeAt('NOAUTH Authentication required.')).to.equal(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
