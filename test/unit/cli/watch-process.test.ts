import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { watchLibraryOutput } from '../../../src/cli/watch-process.ts';
import { recordEvents } from '../../support/emitted.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('output of libraries and of Node.js', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const setUp = () => {
    const { emit, emitted } = recordEvents();
    const printed: unknown[] = [];
    const print = (...values: unknown[]) => void printed.push(values);
    const printers = { debug: print, dir: print, error: print, info: print, log: print, warn: print };
    const warnings = new EventEmitter().on('warning', print);
    const output = watchLibraryOutput(printers, warnings);
    const logged = () => emitted.map(({ fields: { source, text } }) => [source, text]);
    return { printers, warnings, output, emit, emitted, logged, printed };
  };

  it('is logged, and not printed, whichever way it takes', () => {
    const { printers, warnings, output, emit, emitted, logged, printed } = setUp();
    output.logTo(emit);
    for (const [name, print] of Object.entries(printers)) print(`by ${name}`);
    warnings.emit('warning', new TypeError('a warning'));
    warnings.emit('deprecation', new RangeError('a deprecation'));
    expect(logged()).to.deep.equal([
      ...Object.keys(printers).map((name) => [`console.${name}`, `by ${name}`]),
      ['TypeError', 'a warning'],
      ['RangeError', 'a deprecation'],
    ]);
    expect(emitted.every(({ event }) => event === 'library_output')).to.equal(true);
    expect(printed).to.deep.equal([]);
  });

  it('is kept in order until the log is open', () => {
    const { printers, output, emit, logged } = setUp();
    printers.warn('first');
    printers.error('second');
    expect(logged()).to.deep.equal([]);
    output.logTo(emit);
    printers.log('third');
    expect(logged().map(([, text]) => text)).to.deep.equal(['first', 'second', 'third']);
  });

  it('has one line, no stack trace and nothing of an object, and is left out if it is empty', () => {
    const { printers, output, emit, logged } = setUp();
    output.logTo(emit);
    printers.log();
    printers.error('[lib] failed:', new Error('why').stack);
    printers.error(Object.assign(new Error('refused'), { args: ['secret'] }), { password: 'secret' }, null, 7);
    printers.dir(
      new Proxy(new Error('hidden'), {
        get: () => {
          throw new Error('unreadable');
        },
      }),
    );
    expect(logged()).to.deep.equal([
      ['console.error', '[lib] failed: Error: why'],
      ['console.error', 'refused [object Object] null 7'],
      ['console.dir', 'a thrown value that cannot be read'],
    ]);
  });

  it('is logged once a minute for each text, and for ten texts a minute', async () => {
    const { printers, output, emit, logged } = setUp();
    output.logTo(emit);
    for (let count = 0; count < 100; count += 1) printers.warn('again');
    expect(logged()).to.have.length(1);
    for (let count = 0; count < 100; count += 1) printers.warn(`text ${count}`);
    expect(logged()).to.have.length(10);
    await clock.tickAsync(60_000);
    printers.warn('again');
    expect(logged()).to.have.length(11);
  });
});
