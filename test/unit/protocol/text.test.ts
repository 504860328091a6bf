import { expect } from 'chai';
import { offeredProtocols } from '../../../src/protocol/presented-ticket.ts';
import { splitCommaList } from '../../../src/protocol/text.ts';

describe('comma-separated list', () => {
  for (const [text, entries] of [
    ['one', ['one']],
    ['one,two', ['one', 'two']],
    [' one ,\ttwo  three ', ['one', 'two  three']],
    ['one,,two,', ['one', '', 'two', '']],
    ['', ['']],
  ] as const)
    it(`${JSON.stringify(text)} has the entries ${JSON.stringify(entries)}`, () => {
      expect(splitCommaList(text)).to.deep.equal(entries);
    });
});

describe('Sec-WebSocket-Protocol', () => {
  for (const [header, protocols] of [
    [undefined, []],
    ['', []],
    ['chat.v1, ticketd.x', ['chat.v1', 'ticketd.x']],
    [', chat.v1 ,, ', ['chat.v1']],
  ] as const)
    it(`offers ${JSON.stringify(protocols)} with ${JSON.stringify(header)}`, () => {
      expect(offeredProtocols(header === undefined ? {} : { 'sec-websocket-protocol': header })).to.deep.equal(
        protocols,
      );
    });
});
