import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type EventDeclaration, events } from '../../../src/log/events.ts';
import { createLogger, type LoggerOptions } from '../../../src/log/logger.ts';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';
import { token } from '../../support/jwt.ts';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

const logTo = (lines: string[], level: LoggerOptions['level'] = 'info') =>
  createLogger({ level, destination: { write: (line) => void lines.push(line) } });

const LISTENING = { listener: 'public', host: '0.0.0.0', port: 3000 };

// The subject of a JWT may have any characters; the fields that ticketd generates are short.
const WORST: Readonly<Record<string, string>> = {
  subject: '\u0001'.repeat(1024),
  sessionId: '\u0001'.repeat(1024),
  traceId: 'x'.repeat(128),
  errorCode: 'X'.repeat(64),
  ticketId: 'x'.repeat(12),
};

describe('log line', () => {
  it('is one JSON object with level, time, service, version, event, fields and message', () => {
    const lines: string[] = [];
    const clock = freezeTime(Date.UTC(2030, 0, 2, 3, 4, 5, 678));
    logTo(lines).emit('server_listening', LISTENING);
    clock.restore();
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.match(/^\{[^\n]*\}\n$/);
    expect(JSON.parse(lines[0] ?? '')).to.deep.equal({
      level: 'info',
      time: '2030-01-02T03:04:05.678Z',
      service: 'ticketd',
      version,
      event: 'server_listening',
      ...LISTENING,
      msg: 'Listener started',
    });
  });

  it('has the level that the event declares, as a word', () => {
    const lines: string[] = [];
    const { emit } = logTo(lines, 'debug');
    emit('server_listening', LISTENING);
    emit('redis_connect_degraded', { endpoint: 'redis://host:6379', error: 'refused', errorCode: 'ECONNREFUSED' });
    emit('readiness_redis_down', { traceId: 't' });
    emit('redis_connect_fatal', { endpoint: 'redis://host:6379', error: 'refused', errorCode: 'ECONNREFUSED' });
    expect(lines.map((line) => JSON.parse(line).level)).to.deep.equal(['info', 'warn', 'error', 'fatal']);
  });

  it('is omitted below LOG_LEVEL', () => {
    const lines: string[] = [];
    const { emit } = logTo(lines, 'error');
    emit('server_listening', LISTENING);
    expect(lines).to.deep.equal([]);
    emit('readiness_redis_down', { traceId: 't' });
    expect(lines).to.have.lengthOf(1);
    logTo(lines, 'silent').emit('readiness_redis_down', { traceId: 't' });
    expect(lines).to.have.lengthOf(1);
  });

  it('has every string scrubbed, and omits undefined fields', () => {
    const lines: string[] = [];
    const [jwt, ticket] = [token(), newTicket()];
    logTo(lines).emit('ws_ticket_issued', {
      traceId: `t-${ticket}`,
      subject: jwt,
      sessionId: undefined,
      ticketId: 'redis://user:hunter2@host',
      durationMs: 1.5,
    });
    const line = JSON.parse(lines[0] ?? '');
    expect(line).to.include({ subject: '[jwt]', traceId: 't-[ticket]', durationMs: 1.5 });
    expect(line).to.not.have.property('sessionId');
    for (const secret of [jwt, ticket, 'hunter2']) expect(lines[0]).to.not.include(secret);
  });

  it('stays below 16 KB whatever its strings contain', () => {
    for (const [event, { fields }] of Object.entries<EventDeclaration>(events)) {
      const lines: string[] = [];
      const emit: (event: string, fields: object) => void = logTo(lines, 'debug').emit as never;
      emit(event, Object.fromEntries(Object.keys(fields).map((name) => [name, WORST[name] ?? '"'.repeat(9_999)])));
      expect(Buffer.byteLength(lines[0] ?? ''), event).to.be.within(1, 16_383);
    }
  });
});

describe('log line with a stack', () => {
  const logged = (stack: string, event: 'internal_error' | 'uncaught_error' = 'internal_error') => {
    const lines: string[] = [];
    logTo(lines).emit(event, { traceId: 't', error: 'e', errorCode: 'E', stack });
    return { line: lines[0] ?? '', stack: JSON.parse(lines[0] ?? '').stack };
  };
  const frames = (count: number) => Array.from({ length: count }, (_, n) => `    at f${n} (src/a.ts:1:1)`);

  it('may have a stack longer than other fields', () => {
    const stack = ['Error: x', ...frames(50)].join('\n');
    expect(stack.length).to.be.above(1024);
    expect(logged(stack).stack).to.equal(stack);
    expect(logged(stack, 'uncaught_error').stack).to.equal(stack);
  });

  it('has the stack truncated to whole lines, 4 KiB in total', () => {
    const { stack } = logged(['Error: x', ...frames(500)].join('\n'));
    expect(Buffer.byteLength(stack)).to.be.within(3500, 4096);
    expect(stack).to.match(/\(src\/a\.ts:1:1\)$/);
  });

  it('stays below 16 KB whatever the message of the stack contains', () => {
    for (const text of ['\u0001', '"', '\ud800', '\u0001\n', '𝄞'])
      expect(Buffer.byteLength(logged(`Error: ${text.repeat(9999)}`).line)).to.be.below(16_384);
  });

  it('has secrets removed from the stack', () => {
    const { line } = logged(`Error: ${token()} redis://user:hunter2@host\n    at f (${newTicket()}:1:1)`);
    expect(line).to.include('[jwt]').and.to.include('[ticket]').and.not.to.include('hunter2');
  });
});

describe('log event log_lines_dropped', () => {
  it('is logged with the number of dropped lines', () => {
    let report = (_count: number) => {};
    const lines: string[] = [];
    const destination = {
      write: (line: string) => void lines.push(line),
      onDropped: (listener: (count: number) => void) => {
        report = listener;
      },
    };
    createLogger({ level: 'info', destination });
    report(7);
    expect(JSON.parse(lines[0] ?? '')).to.include({ event: 'log_lines_dropped', level: 'error', count: 7 });
  });
});

describe('log lines of level warn and above', () => {
  it('are flushed immediately with all lines before them', () => {
    const done: string[] = [];
    const destination = { write: () => void done.push('line'), flush: () => void done.push('flush') };
    const { emit } = createLogger({ level: 'info', destination });
    emit('server_listening', LISTENING);
    emit('readiness_redis_down', { traceId: 't' });
    emit('memory_store', {});
    expect(done).to.deep.equal(['line', 'line', 'flush', 'line', 'flush']);
  });
});

describe('log flush', () => {
  it('waits until the destination has written everything', async () => {
    const waiting: (() => void)[] = [];
    const destination = { write: () => {}, flush: (done: () => void) => void waiting.push(done) };
    let flushed = false;
    const flush = createLogger({ level: 'info', destination })
      .flush(60_000)
      .then(() => {
        flushed = true;
      });
    await turns();
    expect(flushed).to.equal(false);
    for (const done of waiting) done();
    await flush;
  });

  it('stops waiting for a destination that hangs', async () => {
    const clock = freezeTime();
    try {
      let flushed = false;
      const destination = { write: () => {}, flush: () => {} };
      const flush = createLogger({ level: 'info', destination })
        .flush(250)
        .then(() => {
          flushed = true;
        });
      await clock.tickAsync(249);
      expect(flushed).to.equal(false);
      await clock.tickAsync(1);
      await flush;
    } finally {
      clock.restore();
    }
  });

  it('resolves immediately when the destination does not buffer', async () => {
    await logTo([]).flush(60_000);
  });
});
