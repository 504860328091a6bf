import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { batchLines } from '../../../src/log/destination.ts';
import { turns } from '../../support/frozen-time.ts';

const collect = ({ max = 1000, buffered = 0 } = {}) => {
  const written: string[] = [];
  const dropped: number[] = [];
  const stream = Object.assign(new EventEmitter(), {
    writableLength: buffered,
    write: (text: string, done?: unknown): boolean => {
      written.push(text);
      if (typeof done === 'function') done();
      return true;
    },
  });
  const lines = batchLines(stream as never, max);
  lines.onDropped((count) => {
    dropped.push(count);
    lines.write(`dropped ${count}\n`);
  });
  return { written, dropped, stream, ...lines };
};

describe('log destination', () => {
  it('writes the lines of one turn of the event loop together, in order', async () => {
    const { written, write } = collect();
    write('a\n');
    write('b\n');
    expect(written).to.deep.equal([]);
    await turns();
    write('c\n');
    await turns();
    expect(written).to.deep.equal(['a\nb\n', 'c\n']);
  });

  it('writes on flush immediately, before the callback runs', () => {
    const { written, write, flush } = collect();
    write('a\n');
    let seen: readonly string[] = [];
    flush(() => {
      seen = [...written];
    });
    expect(seen).to.deep.equal(['a\n']);
  });

  it('writes flushed lines once, and nothing more at the end of the turn', async () => {
    const { written, write, flush } = collect();
    write('a\n');
    flush(() => {});
    await turns();
    expect(written).to.deep.equal(['a\n']);
  });

  it('drops lines when the maximum is buffered, in the stream or in the destination', async () => {
    const { written, write } = collect({ max: 10, buffered: 6 });
    for (const line of ['aaa\n', 'bbb\n', 'c\n']) write(line);
    await turns();
    expect(written).to.deep.equal(['aaa\n']);
  });

  it('writes the number of dropped lines in their place when there is room again', async () => {
    const { written, stream, write } = collect({ max: 100, buffered: 100 });
    for (const line of ['a\n', 'b\n', 'c\n']) write(line);
    stream.writableLength = 0;
    write('d\n');
    write('e\n');
    await turns();
    expect(written).to.deep.equal(['dropped 3\nd\ne\n']);
  });

  it('writes the number of dropped lines on drain when no other line follows', async () => {
    const { written, dropped, stream, write } = collect({ max: 100, buffered: 100 });
    write('a\n');
    write('b\n');
    expect(stream.listenerCount('drain')).to.equal(1);
    stream.writableLength = 0;
    stream.emit('drain');
    write('c\n');
    await turns();
    expect(written).to.deep.equal(['dropped 2\nc\n']);
    expect(dropped).to.deep.equal([2]);
  });

  it('resets the number of dropped lines after each report', () => {
    const { dropped, stream, write } = collect({ max: 100 });
    for (const count of [1, 2]) {
      stream.writableLength = 100;
      for (let n = 0; n < count; n += 1) write('a\n');
      stream.writableLength = 0;
      stream.emit('drain');
    }
    expect(dropped).to.deep.equal([1, 2]);
  });
});
