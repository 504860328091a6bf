import { readFileSync } from 'node:fs';

const FOLDER = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** The npm packages that these files come from, each once, in the order of their folders. */
export const packagesOf = (files) => {
  const folders = new Set(files.flatMap((file) => file.match(FOLDER)?.[0] ?? []));
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    return { folder, name, version, license };
  });
};
