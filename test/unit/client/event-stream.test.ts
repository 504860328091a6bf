import { expect } from 'chai';
import { createStreamParser, type StreamMessage } from '../../../src/client/event-stream.ts';

const message = (data: string, more: Partial<StreamMessage> = {}): StreamMessage => ({
  type: 'message',
  data,
  lastEventId: 'before',
  ...more,
});

/** Streams, the messages in them, and what they leave for the next request. */
const streams: Readonly<
  Record<string, readonly [text: string, messages: readonly StreamMessage[], position?: object]>
> = {
  'one line of data': ['data: hello\n\n', [message('hello')]],
  'several lines of data': ['data: a\ndata:b\ndata:  c\ndata\n\n', [message('a\nb\n c\n')]],
  'every end of a line': ['data: a\r\n\r\ndata: b\r\rdata: c\n\n', ['a', 'b', 'c'].map((data) => message(data))],
  'a type': ['event: news\ndata: a\n\ndata: b\n\n', [message('a', { type: 'news' }), message('b')]],
  'an id': [
    'id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n',
    [message('a', { lastEventId: '7' }), message('b', { lastEventId: '7' }), message('c', { lastEventId: '' })],
    { lastEventId: '' },
  ],
  'an id without data': ['id: 8\n\n', [], { lastEventId: '8' }],
  'an id whose message is not complete': ['id: 8\ndata: a\n', []],
  'an id with a NUL': ['id: 8\0\ndata: a\n\n', [message('a')]],
  'a time to wait': ['retry: 3000\nretry: soon\nretry: -1\nretry:\n', [], { retryMs: 3000 }],
  comments: [': hello\n\n:\ndata: a\n: b\n\n', [message('a')]],
  'unknown fields, and names of properties': [
    '__proto__: 1\nconstructor: 2\nDATA: x\n data: x\ndata: a\n\n',
    [message('a')],
  ],
  'an empty message': ['data\n\nevent: x\n\ndata:\ndata:\n\n', [message(''), message('\n')]],
  'text outside of ASCII': ['data: grüße 👋\n\n', [message('grüße 👋')]],
};

describe('stream of server-sent events', () => {
  const read = (chunks: readonly string[]) => {
    const position = { lastEventId: 'before', retryMs: undefined };
    const messages: StreamMessage[] = [];
    const parse = createStreamParser(position, (one) => messages.push(one));
    for (const chunk of chunks) parse(chunk);
    return { messages, position };
  };

  for (const [what, [text, messages, position]] of Object.entries(streams))
    it(`with ${what} has the same messages wherever it is cut`, () => {
      const expected = { messages, position: { lastEventId: 'before', retryMs: undefined, ...position } };
      expect(read([text])).to.deep.equal(expected);
      expect(read([...text])).to.deep.equal(expected);
      for (let at = 0; at <= text.length; at += 1)
        expect(read([text.slice(0, at), '', text.slice(at)]), `cut at ${at}`).to.deep.equal(expected);
    });

  it('has its message as soon as a carriage return ends it', () => {
    expect(read(['data: a\r\r']).messages).to.deep.equal([message('a')]);
  });
});
