import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Demo, startDemo } from '../../support/demo.ts';
import { until } from '../../support/until.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Commands by the comment above them. */
const commandsIn = (output: string): Map<string, string> =>
  new Map(
    [...output.matchAll(/^ {2}# (.+)\n((?: {2}.+\n)+)/gm)].map(([, comment = '', command = '']) => [comment, command]),
  );

describe('commands that the demo prints', function () {
  this.timeout(120_000);
  let demo: Demo;
  let commands: Map<string, string>;

  before(async () => {
    demo = await startDemo();
    commands = commandsIn(demo.output);
  });
  after(() => demo?.stop());

  const commandOf = (start: string): string => {
    const found = [...commands].find(([comment]) => comment.startsWith(start));
    if (found === undefined) throw new Error(`no command "${start}" in ${[...commands.keys()].join()}`);
    return found[1];
  };
  /** Pastes commands into one shell, in order. */
  const paste = async (...starts: string[]): Promise<string> => {
    const script = starts.map(commandOf).join('\n');
    return (await promisify(execFile)('bash', ['-c', script], { cwd: ROOT })).stdout;
  };
  /** Pastes the command that opens a WebSocket, and waits for the echo. */
  const openSocket = async () => {
    const script = `${commandOf('a JWT')}\n${commandOf('open a WebSocket').replace(/\n {2}node/, '\n  exec node')}`;
    const child = spawn('bash', ['-c', script], { cwd: ROOT });
    const exit = once(child, 'exit');
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    await until('the echo', () => output.includes('You said: Hello'));
    return { child, exit, output: () => output };
  };
  const statusesOf = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

  it('get a ticket, and 401 without a JWT', async () => {
    const output = await paste('a JWT', 'a ticket', 'the same without the JWT');
    expect(statusesOf(output)).to.deep.equal([200, 401]);
  });

  it('redeem a ticket once', async () => {
    const output = await paste('a JWT', 'a ticket for the next command', 'redeem it', 'redeem it');
    expect(statusesOf(output)).to.deep.equal([200, 403]);
  });

  it('revoke the tickets of the session', async () => {
    const output = await paste('a JWT', 'a ticket for the next command', 'log out', 'redeem it');
    expect(statusesOf(output)).to.deep.equal([204, 403]);
  });

  it('show liveness, readiness, metrics and Redis', async () => {
    const output = await paste('liveness', 'metrics', 'check Redis');
    expect(statusesOf(output)).to.deep.equal([200, 200]);
    expect(output).to.match(/^ticketd_redis_ready 1$/m);
  });

  it('open a WebSocket that echoes', async () => {
    const { child, exit, output } = await openSocket();
    expect(output()).to.equal('open\nWelcome, demo-user\nYou said: Hello\n');
    child.kill();
    await exit;
  });

  it('log out everywhere: the socket closes with 4001, the JWT gets 401, a new login works', async () => {
    const socket = await openSocket();
    const output = await paste('a JWT', 'log out everywhere', 'the JWT after that', 'a new login');
    expect(statusesOf(output)).to.deep.equal([204, 401, 200]);
    await socket.exit;
    expect(socket.output()).to.match(/^closed 4001 session revoked$/m);
  });

  it('come after the log events of ticketd, one a line', async () => {
    const events = [...demo.output.matchAll(/^\[[\d:.]+\] INFO: (\w+): .*$/gm)].map(([, event]) => event);
    expect(events.slice(0, 2)).to.deep.equal(['phase_start', 'phase_ok']);
    expect(events).to.include('server_listening');
  });
});
