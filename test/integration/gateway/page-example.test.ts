import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../../support/free-port.ts';
import { type InstalledPackage, installPackage } from '../../support/installed-package.ts';
import { SECRET, token } from '../../support/jwt.ts';
import { type Answered, enter, knock, refused } from '../../support/knock.ts';
import { pageExample } from '../../support/page-example.ts';
import { GATEWAY_KEY, issueTicket } from '../../support/redeem.ts';
import { startRedis } from '../../support/redis.ts';
import { serve, type Ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

const MAX_LINES = 15;

describe('src/gateway/README.md example', () => {
  const text = pageExample('src/gateway/README.md');
  let installed: InstalledPackage;
  let service: Ticketd;
  let gateway: ChildProcess;
  let url: string;
  let output = '';

  before(async () => {
    installed = await installPackage(['ws']);
    const redis = await startRedis();
    service = serve({ REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY, JWT_SECRET: SECRET });
    const port = await freePort();
    url = `ws://127.0.0.1:${port}`;
    const env = { PORT: String(port), TICKETD_URL: await service.url('internal'), GATEWAY_KEY };
    const program = installed.write('gateway.mjs', text);
    gateway = spawn(process.execPath, [program], { cwd: dirname(program), env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [gateway.stdout, gateway.stderr])
      stream?.setEncoding('utf8').on('data', (part: string) => {
        output += part;
      });
    await until('it listens', () =>
      knock(url).then(
        ({ status }) => status === 401,
        () => false,
      ),
    );
  });
  after(async () => {
    const gone = once(gateway, 'exit');
    gateway.kill('SIGKILL');
    await gone;
    service.process.kill('SIGINT');
    await service.exit;
    installed.remove();
  });

  const ticketFor = async (sub: string) =>
    issueTicket({ url: await service.url() }, { jwt: token({ sub }), audience: 'chat' });

  it(`has at most ${MAX_LINES} lines`, () => {
    expect(text.trimEnd().split('\n')).to.have.length.within(5, MAX_LINES);
  });

  it('admits a client with a ticket, once, and no other client', async () => {
    const ticket = await ticketFor('carol');
    const { socket, greeting } = await enter(`${url}/socket?ticket=${ticket}`);
    expect(await greeting).to.equal('Hello, carol');
    socket.terminate();
    const statusOf = ({ status }: Answered) => status;
    expect(statusOf(await refused(`${url}/socket?ticket=${ticket}`))).to.equal(403);
    expect(statusOf(await refused(url))).to.equal(401);
    expect(output).to.equal('');
  });
});
