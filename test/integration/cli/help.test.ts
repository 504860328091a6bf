import { expect } from 'chai';
import manifest from '../../../package.json' with { type: 'json' };
import { endAll, ticketd } from '../../support/ticketd.ts';

const COMMANDS = ['serve', 'check-redis', 'probe', 'check-config', 'token'];

const run = async (...args: string[]) => {
  const cli = ticketd(args);
  const { code } = await cli.exit;
  return { code, stdout: cli.stdout, stderr: cli.stderr };
};

describe('ticketd command line', () => {
  after(endAll);

  it('prints every command, examples and exit codes on standard output for --help and help', async () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      const { code, stdout, stderr } = await run(...args);
      expect(code, args[0]).to.equal(0);
      expect(stderr).to.equal('');
      for (const command of COMMANDS) expect(stdout).to.match(new RegExp(`^  ${command} .+$`, 'm'));
      expect(stdout).to.match(/^Examples:\n {2}\$ .*ticketd /m);
      expect(stdout).to.contain('Exit codes:');
    }
  });

  for (const command of COMMANDS) {
    it(`prints the options and at least two examples for ${command} --help`, async () => {
      const { code, stdout, stderr } = await run(command, '--help');
      expect(code).to.equal(0);
      expect(stderr).to.equal('');
      expect(stdout).to.contain(`Usage: ticketd ${command}`);
      const examples = stdout.match(new RegExp(`^  \\$ .*ticketd ${command}`, 'gm'));
      expect(examples).to.have.length.of.at.least(2);
    });
  }

  it('documents the options of the contract', async () => {
    const options = {
      'check-redis': ['--url', '--timeout', '--wait', '--json', '--quiet'],
      probe: ['--url', '--timeout', '--quiet'],
      'check-config': ['--json', '--jwt-file'],
      token: ['--subject', '--session', '--ttl', '--claim'],
    };
    for (const [command, names] of Object.entries(options)) {
      const { stdout } = await run(command, '--help');
      for (const name of names) expect(stdout).to.match(new RegExp(`^  ${name} .+`, 'm'));
    }
  });

  it('prints the package version for --version', async () => {
    for (const flag of ['--version', '-V'])
      expect(await run(flag)).to.deep.equal({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it('exits 64 without arguments, with the help on standard error', async () => {
    const { code, stdout, stderr } = await run();
    expect(code).to.equal(64);
    expect(stdout).to.equal('');
    expect(stderr).to.contain('Usage: ticketd');
  });

  it('exits 64 for an unknown command or option, and names it', async () => {
    for (const wrong of ['bogus', '--bogus']) {
      const { code, stdout, stderr } = await run(wrong);
      expect(code).to.equal(64);
      expect(stdout).to.equal('');
      expect(stderr).to.contain(`'${wrong}'`);
    }
  });
});
