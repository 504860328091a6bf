import { expect } from 'chai';
import { run } from '../../support/run.ts';

const MODULE = new URL('../../../src/log/destination.ts', import.meta.url);
const LINE = {
  level: 30,
  time: 0,
  pid: 1,
  service: 'ticketd',
  event: 'server_listening',
  msg: 'Listener started',
  port: 80,
};

describe('log on standard output', () => {
  /** What a separate process prints for that line. */
  const printed = (pretty: boolean): Promise<string> => {
    const write = `(await openDestination(${pretty})).write(${JSON.stringify(`${JSON.stringify(LINE)}\n`)})`;
    const program = `import { openDestination } from ${JSON.stringify(MODULE.href)};\n${write};`;
    return run(process.execPath, ['--import=tsx', '--input-type=module', '--eval', program]);
  };

  it('writes JSON lines', async () => {
    expect(JSON.parse(await printed(false))).to.deep.equal(LINE);
  });

  it('writes one readable line per event for a developer: time, level, event, message, fields', async () => {
    const text = await printed(true);
    expect(text.split('\n')).to.have.lengthOf(1);
    expect(text).to.match(/^\[[\d:.]+\] INFO: server_listening: Listener started \{"port":80\}$/);
  });
});
