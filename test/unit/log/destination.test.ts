import { expect } from 'chai';
import { linesOfATurn } from '../../../src/log/destination.ts';
import { turns } from '../../support/frozen-time.ts';

const collect = ({ max = 1000, buffered = 0 } = {}) => {
  const written: string[] = [];
  const stream = {
    writableLength: buffered,
    write: (text: string, done?: unknown): boolean => {
      written.push(text);
      if (typeof done === 'function') done();
      return true;
    },
  };
  return { written, ...linesOfATurn(stream as never, max) };
};

describe('the lines of the log', () => {
  it('of one turn of the event loop leave together, in order', async () => {
    const { written, write } = collect();
    write('a\n');
    write('b\n');
    expect(written).to.deep.equal([]);
    await turns();
    write('c\n');
    await turns();
    expect(written).to.deep.equal(['a\nb\n', 'c\n']);
  });

  it('leave at once when they are flushed, before the flush is told to be done', () => {
    const { written, write, flush } = collect();
    write('a\n');
    let seen: readonly string[] = [];
    flush(() => {
      seen = [...written];
    });
    expect(seen).to.deep.equal(['a\n']);
  });

  it('leave once: nothing is written at the end of a turn in which they were flushed', async () => {
    const { written, write, flush } = collect();
    write('a\n');
    flush(() => {});
    await turns();
    expect(written).to.deep.equal(['a\n']);
  });

  it('are dropped once as much as may wait is waiting, in the stream or here', async () => {
    const { written, write } = collect({ max: 10, buffered: 6 });
    for (const line of ['aaa\n', 'bbb\n', 'c\n']) write(line);
    await turns();
    expect(written).to.deep.equal(['aaa\n']);
  });
});
