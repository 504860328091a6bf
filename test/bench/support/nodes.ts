import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
// A script of the test run, without types.
const script = new URL('../../run/node-versions.mjs', import.meta.url).href;

/** The LTS that the image has, and the oldest Node.js that package.json allows. */
export const MAJORS = [24, 20] as const;

/** The executable of a Node.js of this major version: the one that runs this, or one that npm installs. */
export const nodeOf = async (major: number): Promise<string> =>
  process.version.startsWith(`v${major}.`) ? process.execPath : (await import(script)).installNode(ROOT, major);
