import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type InstalledPackage, installPackage } from '../../support/installed-package.ts';
import { token } from '../../support/jwt.ts';
import { pageExample } from '../../support/page-example.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { run } from '../../support/run.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { startGateway, type TicketGateway } from '../../support/ticket-gateway.ts';
import { until } from '../../support/until.ts';

const TYPES = new URL('../../../src/client/types.ts', import.meta.url);

const PAGE = 'src/client/README.md';

describe(PAGE, () => {
  let installed: InstalledPackage;
  let service: RunningService;
  let gateway: TicketGateway;
  before(async () => {
    installed = await installPackage(['ws']);
    service = await startService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY });
    gateway = await startGateway(service);
  });
  after(async () => {
    installed.remove();
    await service.stop();
    await gateway.stop();
  });

  /** Redirects the addresses of the example to this test, and adds the globals of a browser. */
  const preload = () => `
    import { WebSocket } from 'ws';
    const { fetch } = globalThis;
    const here = (url) => String(url)
      .replace('https://api.example.com', '${service.url}')
      .replace('wss://chat.example.com/socket', '${gateway.url}');
    globalThis.fetch = (url, init) => fetch(here(url), init);
    globalThis.WebSocket = function (url, protocols) { return new WebSocket(here(url), protocols); };
  `;

  it('has an example that runs as printed', async () => {
    installed.write('auth.js', `export const auth = { getAccessToken: async () => '${token()}' };`);
    const globals = installed.write('globals.mjs', preload());
    const example = installed.write('example.mjs', pageExample(PAGE));
    const ended = run(process.execPath, ['--import', globals, example]);
    await until('the gateway has echoed', () => gateway.echoed > 0);
    for (const socket of gateway.open) socket.close(4001);
    expect((await ended).split('\n')).to.deep.equal(['hello', 'stopped: revoked']);
  });

  it('names every option, event and reason', () => {
    const page = readFileSync(PAGE, 'utf8');
    const types = readFileSync(TYPES, 'utf8');
    const options = types.match(/(?:interface \w+Options|type TokenSource)\b/g) ?? [];
    expect(options).to.have.lengthOf.above(3);
    const names = [
      ...options.flatMap((declaration) => membersOf(types, declaration)),
      ...membersOf(types, 'interface TicketSocketDetails'),
      ...membersOf(types, 'interface TicketSocket ').filter((name) => !name?.endsWith('EventListener')),
      ...[...(types.match(/type StopReason = .*/)?.[0] ?? '').matchAll(/'(\w+)'/g)].map(([, name]) => name),
    ];
    expect(names).to.include.members([
      'socketUrl',
      'silenceMs',
      'withCredentials',
      'path',
      'ticket-error',
      'connect',
      'forbidden',
    ]);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).to.deep.equal([]);
  });
});

const membersOf = (types: string, declaration: string): readonly (string | undefined)[] => {
  const body = types.split(declaration)[1]?.split('\n}')[0] ?? '';
  return [...body.matchAll(/^ {2}(?:readonly )?'?([\w-]+)'?[?(:<]/gm)].map(([, name]) => name);
};
