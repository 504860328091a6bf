import { expect } from 'chai';
import { createEventStreamParser, type StreamBlock } from '../../../src/gateway/event-stream.ts';
import { createBlockHandler } from '../../../src/gateway/feed-entries.ts';
import type { RevocationReceiver } from '../../../src/gateway/revocation-source.ts';
import { fc } from '../../support/property.ts';
import { positionOf } from '../../support/revocations.ts';

const [P1, P2] = [positionOf(1), positionOf(2)];

const parse = (parts: readonly string[]): readonly StreamBlock[] => {
  const blocks: StreamBlock[] = [];
  const take = createEventStreamParser((block) => blocks.push(block));
  for (const part of parts) take(part);
  return blocks;
};

describe('ticketd/gateway event stream', () => {
  for (const [what, text, blocks] of [
    ['an id alone', 'id: 7\n\n', [{ id: '7', event: '', data: '' }]],
    ['an event', 'id: 7\nevent: x\ndata: y\n\n', [{ id: '7', event: 'x', data: 'y' }]],
    ['CRLF', 'id: 7\r\ndata: y\r\n\r\n', [{ id: '7', event: '', data: 'y' }]],
    ['no space after the colon', 'data:y\n\n', [{ id: undefined, event: '', data: 'y' }]],
    ['two spaces and colons', 'data:  a: b\n\n', [{ id: undefined, event: '', data: ' a: b' }]],
    ['several lines of data', 'data: a\ndata: b\n\n', [{ id: undefined, event: '', data: 'a\nb' }]],
    ['a name without a colon', 'id: 7\ndata\n\n', [{ id: '7', event: '', data: '' }]],
    ['comments and unknown names', ': ping\n\nretry: 5\n\nid: 7\n: x\n\n', [{ id: '7', event: '', data: '' }]],
    ['an event that is not complete', 'id: 7\ndata: x\n', []],
  ] as const)
    it(`reads ${what}`, () => {
      expect(parse([text])).to.deep.equal(blocks);
    });

  it('reads the same in parts of any length', () => {
    const text = 'id: 1\n\n: ping\r\n\r\nid: 2\r\nevent: revoked\r\ndata: {"key":"é"}\r\n\r\nid: 3\ndata: x\n\n';
    const cuts = fc.array(fc.nat({ max: text.length })).map((all) => [...new Set([0, ...all])].sort((a, b) => a - b));
    fc.assert(
      fc.property(cuts, (starts) => {
        const parts = starts.map((start, n) => text.slice(start, starts[n + 1]));
        expect(parse(parts)).to.deep.equal(parse([text]));
      }),
      { numRuns: 500 },
    );
  });

  it('rejects an event that is too long, with and without line breaks', () => {
    for (const line of ['x'.repeat(1000), `data: ${'x'.repeat(1000)}\n`])
      expect(() => parse(Array.from({ length: 100 }, () => line))).to.throw('too long');
    expect(parse(Array.from({ length: 100 }, () => `data: ${'x'.repeat(1000)}\n\n`))).to.have.lengthOf(100);
  });
});

describe('ticketd/gateway entries of the feed', () => {
  const rig = (from?: string) => {
    const calls: unknown[][] = [];
    const record =
      (name: string) =>
      (...args: unknown[]) =>
        void calls.push([name, ...args]);
    const receiver: RevocationReceiver = {
      resumeFrom: () => from,
      onConnected: record('connected'),
      onRevoked: record('revoked'),
      onReset: record('reset'),
      onMalformed: record('malformed'),
      onLost: record('lost'),
    };
    const take = createBlockHandler(receiver, from);
    return { calls, take: (id: string | undefined, event = '', data = '') => take({ id, event, data }) };
  };

  it('begin with the position of the feed, or with the one that was asked for', () => {
    for (const [from, position] of [
      [undefined, P2],
      [P1, P1],
    ] as const) {
      const { calls, take } = rig(from);
      take(P2);
      take(P2);
      expect(calls).to.deep.equal([['connected', position]]);
    }
  });

  it('begin with a reset', () => {
    const { calls, take } = rig(P1);
    take(P2, 'reset', '{}');
    expect(calls).to.deep.equal([['reset', P2]]);
  });

  it('begin with a revocation', () => {
    const { calls, take } = rig(P1);
    take(P2, 'revoked', '{"key":"k"}');
    expect(calls).to.deep.equal([
      ['connected', P1],
      ['revoked', { key: 'k', position: P2 }],
    ]);
  });

  it('ignore events of other types', () => {
    const { calls, take } = rig();
    take(P1);
    take(P2, 'renamed', 'anything');
    expect(calls).to.have.lengthOf(1);
  });

  for (const id of [undefined, '', '7', `${P1}0`, '1700000000000-0'])
    it(`are refused when the first has the id ${id}, and reported when a later one has it`, () => {
      expect(() => rig().take(id, 'revoked', '{"key":"k"}')).to.throw('does not begin with a position');
      const { calls, take } = rig();
      take(P1);
      take(id, 'revoked', '{"key":"k"}');
      take(P2, 'revoked', '{"key":"k"}');
      expect(calls.slice(1)).to.deep.equal([
        ['malformed', 'an entry of the feed has no position'],
        ['revoked', { key: 'k', position: P2 }],
      ]);
    });

  for (const data of ['', '{', 'null', '7', '"k"', '[]', '{}', '{"key":7}', '{"key":""}', '{"key":null}'])
    it(`are reported when the data is ${data || 'empty'}, and the next one counts`, () => {
      const { calls, take } = rig();
      take(P1);
      take(P1, 'revoked', data);
      take(P2, 'revoked', '{"key":"k","more":1}');
      expect(calls.slice(1)).to.deep.equal([
        ['malformed', `the entry ${P1} of the feed has no key`],
        ['revoked', { key: 'k', position: P2 }],
      ]);
    });
});
