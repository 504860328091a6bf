// Writes the tables and plots of ops/deploy/capacity from the result files in this folder: npm run capacity
import { readFileSync, writeFileSync } from 'node:fs';
import { plotsOf, withResults } from './page.ts';
import { readResult } from './results.ts';

const results = { scale: readResult('scale'), storm: readResult('storm'), soak: readResult('soak') };
const inPages = (name: string): URL => new URL(`../../deploy/capacity/${name}`, import.meta.url);

const page = inPages('README.md');
writeFileSync(page, withResults(readFileSync(page, 'utf8'), results));
for (const [name, svg] of Object.entries(plotsOf(results))) writeFileSync(inPages(name), svg);
