// `npm run demo`: the service on a Redis, with commands to paste. Ctrl-C ends everything it started.
//   npm run demo -- --once    shows the same, then ends by itself
// Nothing may be installed yet when this starts, so it and its modules import from Node only; what is installed
// is imported after the installation.
//
// Each part of the demo is a module that starts it and returns how to stop it: Redis (redis.mjs) and the
// service (ticketd.mjs). What it prints is in tour.mjs.
import { fileURLToPath } from 'node:url';
import { installDependencies } from '../setup/install.mjs';
import { mustRun } from '../setup/run-command.mjs';
import { startRedis } from './redis.mjs';
import { startTicketd } from './ticketd.mjs';
import { createJwt, createSecret } from './token.mjs';
import { showTour } from './tour.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const once = process.argv.includes('--once');
const interruption = new AbortController();
// npm passes on a Ctrl-C that the terminal has sent here already: a second signal means the same as the first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interruption.abort());
if (process.env.npm_lifecycle_event) stopWithParent();
const stops = [];

try {
  await run(interruption.signal);
} catch (error) {
  if (!interruption.signal.aborted) {
    console.error(`demo: ${error.message}`);
    process.exitCode = 1;
  }
}
for (const stop of stops.reverse()) await stop();
process.exit();

async function run(signal) {
  await installDependencies(root);
  await mustRun('npm', ['run', '--silent', 'build'], { cwd: root });
  signal.throwIfAborted();
  const redis = await startRedis();
  stops.push(redis.stop);
  console.log(`Redis: ${redis.description}`);
  signal.throwIfAborted();
  const secret = createSecret();
  const ticketd = await startTicketd({ root, redisUrl: redis.url, secret });
  stops.push(ticketd.stop);
  await ticketd.untilReady(signal);
  await showTour({ ticketd, redis, jwt: createJwt(secret) });
  if (once) return;
  console.log('Ctrl-C ends the demo.');
  await ticketd.untilExit(signal);
}

/** npm runs this in a shell, and a SIGTERM for npm ends that shell without reaching this process. */
function stopWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) interruption.abort();
  }, 500);
  watch.unref();
}
