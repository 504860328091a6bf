// Writes the tables and draws the plots of capacity.md anew from the result files beside it: npm run capacity
import { readFileSync, writeFileSync } from 'node:fs';
import { plotsOf, withResults } from './page.ts';
import { readResult } from './results.ts';

const results = { scale: readResult('scale'), storm: readResult('storm'), soak: readResult('soak') };
const inFolder = (name: string): URL => new URL(`./${name}`, import.meta.url);

const page = inFolder('capacity.md');
writeFileSync(page, withResults(readFileSync(page, 'utf8'), results));
for (const [name, svg] of Object.entries(plotsOf(results))) writeFileSync(inFolder(name), svg);
