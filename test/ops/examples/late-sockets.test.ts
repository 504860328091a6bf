import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { PYTHON } from '../../support/examples/examples.ts';
import { buildGo } from '../../support/examples/go.ts';
import { token } from '../../support/jwt.ts';
import { GATEWAY_KEY, issueTicket, revoke } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';

const LATE = 'test/support/examples/late';

/** A program that redeems and tracks when the test says so, and prints a line for each. */
interface Driven {
  readonly child: ChildProcess;
  /** Sends a command, if there is one, and resolves with the next line. */
  next(command?: string): Promise<string>;
}

describe('examples of gateways without a library', () => {
  let service: RunningService;
  let folder: string;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY });
    folder = await mkdtemp(join(tmpdir(), 'ticketd-late-'));
  });
  after(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });

  const drive = (command: string, args: readonly string[]): Driven => {
    const { PATH = '' } = process.env;
    const python = { PYTHONPATH: resolve('ops/examples/python'), PYTHONDONTWRITEBYTECODE: '1' };
    const child = spawn(command, [...args], {
      env: { PATH, ...python, TICKETD_URL: service.internalUrl, GATEWAY_KEY },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return {
      child,
      next: async (said) => {
        if (said !== undefined) child.stdin?.write(`${said}\n`);
        return (await lines.next()).value ?? 'no line';
      },
    };
  };

  const closesLateSockets = async ({ child, next }: Driven) => {
    const jwt = token({ sub: 'alice' });
    const redeem = async () => next(`redeem ${await issueTicket(service, { jwt })}`);
    const logOut = async () => expect((await revoke(service, 'session', jwt)).status).to.equal(204);
    try {
      expect([await redeem(), await redeem(), await next('track')]).to.deep.equal(['redeemed', 'redeemed', 'tracked']);
      await logOut();
      // This one was open when the revocation arrived, the second one opens afterwards.
      expect(await next()).to.equal('closed 4001');
      expect([await next('track'), await next()]).to.deep.equal(['tracked', 'closed 4001']);
      // A ticket issued after the logout.
      expect([await redeem(), await next('track'), await redeem()]).to.deep.equal(['redeemed', 'tracked', 'redeemed']);
      await logOut();
      expect(await next()).to.equal('closed 4001');
    } finally {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
  };

  const title = 'closes a socket that opens after its session was revoked, and no socket of a later ticket';

  it(`${title}: Python`, () => closesLateSockets(drive(PYTHON, [`${LATE}/late.py`])));

  it(`${title}: Go`, async () => {
    const binary = await buildGo(folder, ['ops/examples/go/ticketd.go', `${LATE}/late.go`]);
    await closesLateSockets(drive(binary, []));
  });
});
