// Fails if there is an advisory about a package in the bundles: npm audit --json | node ops/build/audit.mjs
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleCli } from './bundle.mjs';
import { packagesOf } from './packages.mjs';

const bundled = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ticketd-audit-'));
  try {
    return packagesOf((await bundleCli(folder)).inputs);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const { vulnerabilities } = JSON.parse(readFileSync(process.stdin.fd, 'utf8'));
if (vulnerabilities === undefined) throw new Error('npm audit has no report: it could not ask the registry');
const folders = new Set((await bundled()).map(({ folder }) => folder));
const affected = Object.values(vulnerabilities).filter(({ nodes }) => nodes.some((node) => folders.has(node)));
for (const { name, severity, range } of affected) console.error(`${name} ${range}: ${severity}, see "npm audit"`);
process.exitCode = affected.length === 0 ? 0 : 1;
