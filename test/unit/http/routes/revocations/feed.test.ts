import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { type FeedEnd, openFeed } from '../../../../../src/http/routes/revocations/feed.ts';
import { positionOf } from '../../../../../src/protocol/revocation-entry.ts';
import { createMemoryRevocationLog } from '../../../../../src/tickets/memory-revocation-log.ts';
import type { RevocationListener } from '../../../../../src/tickets/revocation-log.ts';
import { freezeTime, turns } from '../../../../support/frozen-time.ts';

const MAX_BUFFERED_BYTES = 1024 * 1024;

/** A response that keeps what is written, and of which a client has read what the test says. */
const fakeResponse = () => {
  const written: string[] = [];
  const calls: string[] = [];
  const response = Object.assign(new EventEmitter(), {
    destroyed: false,
    writableLength: 0,
    writableNeedDrain: false,
    write: (text: string) => {
      if (calls.length > 0) calls.push('write');
      written.push(text);
      return !response.writableNeedDrain;
    },
    end: () => void calls.push('end'),
    destroy: () => {
      response.destroyed = true;
      calls.push('destroy');
      response.emit('close');
    },
  });
  return { response, written, calls };
};

/** A feed of a log that has an entry already, if the feed is to resume. */
const setUp = async (after?: string) => {
  const log = createMemoryRevocationLog(() => 1000);
  if (after !== undefined) await log.append('stored');
  const listeners: RevocationListener[] = [];
  const reasons: FeedEnd[] = [];
  const fake = fakeResponse();
  let read = () => {};
  const reading = new Promise<void>((resolve) => {
    read = resolve;
  });
  const feed = openFeed({
    log: {
      ...log,
      entriesAfter: (position, limit) => reading.then(() => log.entriesAfter(position, limit)),
      follow: (listener) => {
        listeners.push(listener);
        return log.follow(listener);
      },
    },
    response: fake.response as unknown as ServerResponse,
    after,
    end: await log.lastPosition(),
    onEnd: (reason) => void reasons.push(reason),
  });
  const untilRead = async () => {
    read();
    await turns();
  };
  return { ...fake, feed, log, reasons, untilRead, listener: listeners[0] };
};

const START = `id: ${positionOf(1000, 0)}\n\n`;
const HEARTBEAT = /^: [^\n]+\n\n$/;

describe('revocation feed', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('sends a comment every 10 seconds, also after entries, until it ends', async () => {
    const { written, feed, log } = await setUp();
    clock.tick(9999);
    await log.append('key');
    expect(written).to.have.length(2);
    clock.tick(1);
    expect(written[2]).to.match(HEARTBEAT);
    clock.tick(10_000);
    expect(written[3]).to.match(HEARTBEAT);
    feed.end('stop');
    clock.tick(60_000);
    await log.append('key');
    expect(written).to.have.length(4);
  });

  it('sends the position where it starts, and each entry with its position', async () => {
    const { written, log } = await setUp();
    await log.append('one');
    await log.append('two');
    expect(written).to.deep.equal([
      START,
      `id: ${positionOf(1000, 1)}\nevent: revoked\ndata: {"key":"one"}\n\n`,
      `id: ${positionOf(1000, 2)}\nevent: revoked\ndata: {"key":"two"}\n\n`,
    ]);
  });

  it('sends only the position of the entry without a key, with which a stream starts', async () => {
    const { written, log } = await setUp();
    await log.append('');
    expect(written).to.deep.equal([START, `id: ${positionOf(1000, 1)}\n\n`]);
  });

  it('sends a reset with the position after which entries follow', async () => {
    const unknown = await setUp(positionOf(999, 0));
    await unknown.untilRead();
    const { written, listener } = await setUp();
    listener?.onReset(positionOf(7, 0));
    expect(unknown.written).to.deep.equal([`id: ${positionOf(1000, 1)}\nevent: reset\ndata: {}\n\n`]);
    expect(written.slice(1)).to.deep.equal([`id: ${positionOf(7, 0)}\nevent: reset\ndata: {}\n\n`]);
  });

  for (const [reason, close] of [
    ['client', ({ response }) => response.destroy()],
    ['stop', ({ feed }) => feed.end('stop')],
    ['delayed', ({ listener }) => listener?.onDelayed()],
    [
      'slow',
      ({ response, log }) => {
        response.writableLength = MAX_BUFFERED_BYTES + 1;
        return log.append('key');
      },
    ],
  ] as readonly (readonly [FeedEnd, (feed: Awaited<ReturnType<typeof setUp>>) => unknown])[])
    for (const [when, after] of [
      ['at its start', undefined],
      ['while it reads older entries', positionOf(1000, 0)],
      ['while it finds that its position is lost', positionOf(1, 0)],
    ] as const)
      it(`ends once with the reason ${reason} ${when}, and writes nothing more`, async () => {
        const open = await setUp(after);
        await close(open);
        await open.untilRead();
        open.feed.end('stop');
        open.response.emit('close');
        clock.tick(60_000);
        expect(open.reasons).to.deep.equal([reason]);
        expect(open.calls[0]).to.equal(['client', 'slow'].includes(reason) ? 'destroy' : 'end');
        expect(open.calls).to.not.include('write');
      });

  it('is behind from the first write that the client has not taken until the client has taken all', async () => {
    const { feed, response, log } = await setUp();
    clock.tick(100);
    expect(feed.behindMs()).to.equal(0);
    response.writableNeedDrain = true;
    await log.append('one');
    clock.tick(200);
    await log.append('two');
    clock.tick(50);
    expect(feed.behindMs()).to.equal(250);
    response.writableNeedDrain = false;
    response.emit('drain');
    expect(feed.behindMs()).to.equal(0);
  });
});
