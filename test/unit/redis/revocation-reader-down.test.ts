import { expect } from 'chai';
import { createRevocationReader } from '../../../src/redis/revocation-reader.ts';
import { createRevocationStream } from '../../../src/redis/revocation-stream.ts';
import { recordEvents } from '../../support/emitted.ts';
import { freePort } from '../../support/free-port.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { accessOf } from '../../support/redis-access.ts';

const MINUTES_MS = 3 * 60_000;

describe('revocation reader without Redis', () => {
  it('logs revocation_reader_down after 10 s and then every minute, and ends the feeds once', async () => {
    const access = await accessOf({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    const clock = freezeTime();
    const { emit, emitted } = recordEvents();
    const delays: number[] = [];
    const reader = createRevocationReader({
      access,
      stream: createRevocationStream('unused'),
      listener: { onEntries: () => {}, onReset: () => {}, onDelayed: () => void delays.push(performance.now()) },
      emit,
    });
    try {
      reader.start();
      await clock.tickAsync(MINUTES_MS);
    } finally {
      reader.close();
      clock.restore();
    }
    expect(emitted.map(({ event, fields }) => [event, fields.downMs])).to.deep.equal([
      ['revocation_reader_down', 10_000],
      ['revocation_reader_down', 70_000],
      ['revocation_reader_down', 130_000],
    ]);
    expect(delays).to.deep.equal([10_000]);
  });
});
