import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { expectOnlyLog, watchStreams } from '../../support/log-stream.ts';

describe('check of what a started serve writes', () => {
  const setUp = () => {
    const child = Object.assign(new EventEmitter(), { stdout: new EventEmitter(), stderr: new EventEmitter() });
    watchStreams(child as unknown as ChildProcess);
    return child;
  };

  it('accepts JSON lines, however they are split, and the one line of a failed start', () => {
    const child = setUp();
    for (const text of ['{"a":1}\n{"b"', ':2}\n', '{"incomplete":']) child.stdout.emit('data', text);
    for (const text of ['ticketd: no', ' Redis\n']) child.stderr.emit('data', text);
    child.emit('close', 1);
    expect(expectOnlyLog).not.to.throw();
  });

  for (const text of ['plain\n', '\n', '{"a":1}\n[ioredis] Unhandled error event\n', '1\n', 'null\n'])
    it(`reports on stdout ${JSON.stringify(text)}`, () => {
      setUp().stdout.emit('data', text);
      expect(expectOnlyLog).to.throw('serve wrote to stdout: ');
    });

  for (const text of ['(node:1) Warning: x\n', 'ticketd: one\nticketd: two\n', 'ticketd: one\n    at x:1:2\n', '\n'])
    it(`reports on stderr ${JSON.stringify(text)}`, () => {
      setUp().stderr.emit('data', text);
      expect(expectOnlyLog).to.throw('serve wrote to stderr: ');
    });

  for (const code of [0, null])
    it(`reports a line on stderr of a serve that did not fail (exit code ${code})`, () => {
      const child = setUp();
      child.stderr.emit('data', 'ticketd: why\n');
      child.emit('close', code);
      expect(expectOnlyLog).to.throw('its start had not failed');
    });
});
