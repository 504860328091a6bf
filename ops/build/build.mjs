import './cli.mjs';
import { buildLibraries } from './libraries.mjs';

await buildLibraries('dist');
