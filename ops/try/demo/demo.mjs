// `npm run demo`: the whole way from a JWT to an open WebSocket, on a page and with commands to paste. Ctrl-C ends
// everything it started.
//   npm run demo -- --once     shows the same, then ends by itself
//   npm run demo -- --built    takes what is installed and built already
// Nothing may be installed yet when this starts, so it and its modules import from Node only; what is installed
// is imported after the installation.
//
// Each part of the demo is a module that starts it and returns how to stop it: Redis (redis.mjs), the service
// (ticketd.mjs) and the sample gateway with the page (gateway.mjs, page/). What it prints is in tour.mjs.
import { fileURLToPath } from 'node:url';
import { installDependencies } from '../../build/setup/install.mjs';
import { mustRun } from '../../build/setup/run-command.mjs';
import { backstageOf } from './backstage.mjs';
import { startGateway } from './gateway.mjs';
import { freePort } from './ports.mjs';
import { startRedis } from './redis.mjs';
import { startTicketd } from './ticketd.mjs';
import { createJwt, createSecret } from './token.mjs';
import { showTour } from './tour.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const [once, built] = ['--once', '--built'].map((flag) => process.argv.includes(flag));
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
  if (!built) await build();
  signal.throwIfAborted();
  const redis = await startRedis();
  stops.push(redis.stop);
  console.log(`Redis: ${redis.description}`);
  signal.throwIfAborted();
  const [secret, gatewayKey, pagePort] = [createSecret(), createSecret(), await freePort(8080)];
  const pageUrl = `http://127.0.0.1:${pagePort}`;
  const ticketd = await startTicketd({ root, redisUrl: redis.url, secret, gatewayKey, pageUrl });
  stops.push(ticketd.stop);
  await ticketd.untilReady(signal);
  const gateway = await startGateway({ port: pagePort, ticketdUrl: ticketd.internalUrl, gatewayKey });
  gateway.show(backstageOf({ redis, ticketd, gateway, secret, pageUrl }));
  stops.push(gateway.stop);
  await showTour({ ticketd, redis, jwt: createJwt(secret).token, gatewayKey, pageUrl });
  if (once) return;
  console.log('Ctrl-C ends the demo.');
  await ticketd.untilExit(signal);
}

async function build() {
  await installDependencies(root);
  await mustRun('npm', ['run', '--silent', 'build'], { cwd: root });
}

/** npm runs this in a shell, and a SIGTERM for npm ends that shell without reaching this process. */
function stopWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) interruption.abort();
  }, 500);
  watch.unref();
}
