// `npm run demo`: from a JWT to an open WebSocket, on a page and with commands to paste. Ctrl-C stops everything that
// it started.
//   npm run demo -- --once               prints the commands, then exits
//   npm run demo -- --built              neither installs nor builds
//   npm run demo -- --any-ports          takes any free ports, not 8080, 3000 and 3001
//   TICKET_TTL_SECONDS=5 npm run demo    tickets expire after 5 seconds instead of 30
// Packages may not be installed yet when this starts. So it and its modules import only from Node at the top, and
// packages after the installation.
//
// Each part of the demo is a module that starts it and returns how to stop it: Redis (redis.mjs), the service
// (ticketd.mjs), and the sample gateway with the page (gateway.mjs, page/). inside.mjs and readiness.mjs observe ticketd
// for the page. login.mjs issues the JWTs. tour.mjs prints the commands.
import { fileURLToPath } from 'node:url';
import { installDependencies } from '../../build/setup/install.mjs';
import { mustRun } from '../../build/setup/run-command.mjs';
import { createControls } from './controls.mjs';
import { startGateway } from './gateway.mjs';
import { observeInside } from './inside.mjs';
import { createLogin } from './login.mjs';
import { freePorts } from './ports.mjs';
import { watchReadiness } from './readiness.mjs';
import { startRedis } from './redis.mjs';
import { startTicketd } from './ticketd.mjs';
import { createJwt, createSecret } from './token.mjs';
import { showTour } from './tour.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const [once, built, anyPorts] = ['--once', '--built', '--any-ports'].map((flag) => process.argv.includes(flag));
const interruption = new AbortController();
// npm repeats a Ctrl-C that the terminal already sent here, so a second signal means the same as the first.
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
  console.log(`Redis: ${redis.description}.`);
  if (redis.limits) console.log(redis.limits);
  signal.throwIfAborted();
  const settings = { redisUrl: redis.url, ...(await chooseSettings()) };
  const login = createLogin(settings.secret);
  const { feed, readLog } = await observeInside({ login, ...settings });
  const ticketd = await startTicketd({ root, readLog, ...settings });
  stops.push(ticketd.stop);
  await ticketd.untilReady(signal);
  await startPage({ redis, ticketd, feed, login, ...settings });
  await showTour({ ticketd, redis, jwt: createJwt(settings.secret).token, ...settings });
  if (once) return;
  console.log('Ctrl-C ends the demo.');
  await ticketd.untilExit(signal);
}

async function chooseSettings() {
  const [pagePort, port, internalPort] = await freePorts(anyPorts ? [0, 0, 0] : [8080, 3000, 3001]);
  return {
    pagePort,
    port,
    internalPort,
    pageUrl: `http://127.0.0.1:${pagePort}`,
    secret: createSecret(),
    gatewayKey: createSecret(),
    ttlSeconds: process.env.TICKET_TTL_SECONDS || '30',
  };
}

async function startPage({ ticketd, feed, pagePort, gatewayKey, ...settings }) {
  const onChange = (change) => feed.publish('readiness', change);
  const readiness = watchReadiness({ url: `${ticketd.url}/ready`, onChange });
  stops.push(readiness.stop);
  const gateway = await startGateway({ port: pagePort, ticketdUrl: ticketd.internalUrl, gatewayKey, feed });
  stops.push(gateway.stop);
  gateway.setControls(createControls({ ticketd, readiness, gateway, ...settings }));
}

async function build() {
  await installDependencies(root);
  await mustRun('npm', ['run', '--silent', 'build'], { cwd: root });
}

/** npm runs this in a shell. A SIGTERM to npm ends that shell and does not reach this process. */
function stopWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) interruption.abort();
  }, 500);
  watch.unref();
}
