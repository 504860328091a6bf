import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { packagesOf } from './packages.mjs';

const LICENCE = /^(licen[cs]e|copying|notice)(\.|-|$)/i;
const RULE = '-'.repeat(80);

/** Writes the notices that the licences of the bundled packages demand with every copy: the authors and the terms. */
export const writeLicences = (file, inputs) => {
  const sections = packagesOf(inputs).map(({ folder, name, version, license }) => {
    const files = readdirSync(folder).filter((entry) => LICENCE.test(entry));
    const texts = files.map((entry) => readFileSync(`${folder}/${entry}`, 'utf8').trim());
    return [`${name} ${version}: ${license}`, ...texts].join('\n\n');
  });
  writeFileSync(file, `${sections.join(`\n\n${RULE}\n`)}\n`);
};
