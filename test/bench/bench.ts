// Measures a ticket of ticketd and of its peers, on the Node.js of the image and on the oldest one.
//   npm run bench [-- ROUNDS SECONDS]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MAJORS, nodeOf } from './support/nodes.ts';

const TICKETS = fileURLToPath(new URL('./tickets.ts', import.meta.url));

for (const major of MAJORS) {
  const args = ['--import=tsx', TICKETS, ...process.argv.slice(2)];
  const run = spawn(await nodeOf(major), args, { stdio: 'inherit' });
  const [code] = await once(run, 'exit');
  if (code !== 0) throw new Error(`the benchmark on Node.js ${major} ended with ${code}`);
}
