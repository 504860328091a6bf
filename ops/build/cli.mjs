// Builds the command line alone, which is all that an image of the service needs.
import { bundleCli } from './bundle.mjs';
import { writeLicences } from './licences.mjs';

const { inputs } = await bundleCli('dist');
writeLicences('dist/licences.txt', inputs);
