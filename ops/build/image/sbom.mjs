// Prints an SPDX document of exactly the packages in the bundles: node ops/build/image/sbom.mjs
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleCli } from '../bundle.mjs';
import { packagesOf } from '../packages.mjs';

const bundled = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ticketd-sbom-'));
  try {
    const { inputs } = await bundleCli(folder);
    return new Set(packagesOf(inputs).map(({ name, version }) => `${name}@${version}`));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const allPackages = () => {
  const args = ['sbom', '--package-lock-only', '--sbom-format=spdx', '--sbom-type=application'];
  return JSON.parse(execFileSync('npm', args, { encoding: 'utf8', maxBuffer: 100e6 }));
};

const document = allPackages();
const wanted = await bundled();
const [root] = document.documentDescribes;
const parts = document.packages.filter(({ name, versionInfo }) => wanted.has(`${name}@${versionInfo}`));
const lacking = wanted.size - new Set(parts.map(({ SPDXID }) => SPDXID)).size;
if (lacking !== 0) throw new Error(`npm sbom lacks ${lacking} of the packages in the bundles`);
const packages = [...document.packages.filter(({ SPDXID }) => SPDXID === root), ...parts];
const digest = createHash('sha256').update(JSON.stringify(packages)).digest('hex').slice(0, 32);

console.log(
  JSON.stringify({
    ...document,
    // npm uses the current time and a random name; here the same sources give the same document.
    documentNamespace: `https://spdx.org/spdxdocs/${document.name}-${digest}`,
    creationInfo: {
      ...document.creationInfo,
      created: `${new Date(Number(process.env.SOURCE_DATE_EPOCH ?? 0) * 1000).toISOString().slice(0, 19)}Z`,
    },
    packages,
    relationships: [
      { spdxElementId: document.SPDXID, relatedSpdxElement: root, relationshipType: 'DESCRIBES' },
      ...parts.map(({ SPDXID }) => ({
        spdxElementId: root,
        relatedSpdxElement: SPDXID,
        relationshipType: 'CONTAINS',
      })),
    ],
  }),
);
