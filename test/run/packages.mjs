import { existsSync, readdirSync } from 'node:fs';
import { onPath } from '../../ops/build/setup/on-path.mjs';
import { mustRun, runCommand } from '../../ops/build/setup/run-command.mjs';

/**
 * What the tests call or load, the Debian package it comes in, and the service that package would start, if any. What is
 * optional they do without, by a way that is less like the real thing; what goes with another command only matters
 * where that is.
 */
const NEEDED = [
  { command: 'redis-server', debianPackage: 'redis-server', service: 'redis-server' },
  // Asks and forms clusters; redis-server is a Sentinel, too.
  { command: 'redis-cli', debianPackage: 'redis-tools' },
  { command: 'openssl', debianPackage: 'openssl' },
  // The proxies that ops/deploy/proxies has configurations for.
  { command: 'nginx', debianPackage: 'nginx-light', service: 'nginx' },
  { command: 'caddy', debianPackage: 'caddy', service: 'caddy' },
  { command: 'haproxy', debianPackage: 'haproxy', service: 'haproxy' },
  // Runs the script of Envoy's configuration.
  { command: 'lua5.3', debianPackage: 'lua5.3' },
  // The browser that opens the demo's page.
  { command: 'chromium', debianPackage: 'chromium' },
  // The other browser whose requests the origin rule is tested with.
  { command: 'firefox-esr', debianPackage: 'firefox-esr' },
  // Tries the alerts in ops/deploy/prometheus.
  { command: 'promtool', debianPackage: 'prometheus', service: 'prometheus' },
  // Sets the clocks of single processes.
  { command: 'faketime', debianPackage: 'faketime' },
  // For the scripts in ops.
  { command: 'curl', debianPackage: 'curl' },
  { command: 'shellcheck', debianPackage: 'shellcheck' },
  { command: 'jq', debianPackage: 'jq' },
  // The examples of gateways in Python and Go; libraries have no command, but files.
  { command: 'python3', debianPackage: 'python3' },
  { file: '/usr/lib/python3/dist-packages/starlette', debianPackage: 'python3-starlette' },
  { file: '/usr/lib/python3/dist-packages/uvicorn', debianPackage: 'python3-uvicorn' },
  { file: '/usr/lib/python3/dist-packages/hypercorn', debianPackage: 'python3-hypercorn' },
  { file: '/usr/lib/python3/dist-packages/websockets', debianPackage: 'python3-websockets' },
  { command: 'go', debianPackage: 'golang-go' },
  {
    file: '/usr/share/gocode/src/github.com/gorilla/websocket',
    debianPackage: 'golang-github-gorilla-websocket-dev',
  },
  // Real packet loss in test/chaos; a proxy where they are lacking.
  { command: 'ip', debianPackage: 'iproute2', optional: true },
  { command: 'iptables', debianPackage: 'iptables', optional: true },
  // Its plugin does where Debian's package is not to be had.
  { command: 'docker-compose', debianPackage: 'docker-compose', optional: true, goesWith: 'docker' },
];

/** Installs what is lacking on a Debian system as root; elsewhere throws, naming what is lacking. */
export async function installPackages(needed = NEEDED) {
  const mayInstall = isRootOnDebian();
  const wanted = needed.filter(({ goesWith }) => goesWith === undefined || onPath(goesWith));
  const lacking = wanted.filter((one) => !isInstalled(one) && (mayInstall || !one.optional));
  if (lacking.length === 0) return;
  if (!mayInstall) throw new Error(`the tests need ${lacking.map(placeOf).join(', ')}; please install`);
  const packages = lacking.map(({ debianPackage }) => debianPackage);
  console.log(`Debian packages: installing ${packages.join(', ')}`);
  if (!havePackageLists()) await mustRun('apt-get', ['update', '-qq']);
  await aptInstall(packages);
  for (const { service } of lacking) if (service) await switchOff(service);
}

function isInstalled({ command, file }) {
  return command === undefined ? existsSync(file) : onPath(command);
}

function placeOf({ command, file }) {
  return command === undefined ? file : `${command} on the PATH`;
}

async function aptInstall(packages) {
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  if ((await runCommand('apt-get', install, options)) === 0) return;
  // Lists that are there may still be too old to find the packages by.
  await mustRun('apt-get', ['update', '-qq']);
  await mustRun('apt-get', install, options);
}

/** Debian starts a service as it installs it; the tests start their own servers and want no other. */
async function switchOff(service) {
  await runCommand('service', [service, 'stop'], { stdio: 'ignore' });
  await runCommand('update-rc.d', [service, 'disable'], { stdio: 'ignore' });
}

function isRootOnDebian() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && onPath('apt-get');
}

function havePackageLists() {
  try {
    return readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages'));
  } catch {
    return false;
  }
}
