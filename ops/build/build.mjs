// Builds all that the npm package contains.
import { bundleCli } from './bundle.mjs';
import { buildLibraries } from './libraries.mjs';
import { writeLicences } from './licences.mjs';

const command = await bundleCli('dist');
const libraries = await buildLibraries('dist');
writeLicences('dist/licences.txt', [...command.inputs, ...libraries.inputs]);
