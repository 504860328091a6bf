import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { WebSocket as WsSocket } from 'ws';
import {
  type TicketWebSocket,
  type TicketWebSocketOptions,
  ticketWebSocket,
} from '../../../src/client/ticket-web-socket.ts';
import { replaceGlobals } from '../../support/fake-page.ts';
import { type FakeSocket, fakeSockets } from '../../support/fake-socket.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';

type Answer = readonly [status: number, body?: object, headers?: Record<string, string>];

const GRANTED: Answer = [200, { ticket: 'wst_1' }];
const REJECTED: Answer = [401, { errorCode: 'AUTH_TOKEN_INVALID', message: 'no' }];

describe('ticketd/client ticketWebSocket', () => {
  let clock: SinonFakeTimers;
  let sockets: readonly FakeSocket[];
  /** The JWT of each request, and when it was sent. */
  let sent: string[];
  let answers: Answer[];
  beforeEach(() => {
    clock = freezeTime();
    sent = [];
    answers = [];
  });
  afterEach(() => clock.restore());

  const makeClass = (options: Partial<TicketWebSocketOptions> = {}) => {
    const { made, WebSocket } = fakeSockets();
    sockets = made;
    const request = async (_url: unknown, { headers, signal }: RequestInit = {}) => {
      sent.push(`${new Headers(headers).get('Authorization')} @ ${Math.round(performance.now())}`);
      const [status, body = {}, more = {}] = answers.shift() ?? GRANTED;
      if (status === 0)
        return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      return Response.json(body, { status, headers: more });
    };
    const usual = { ticketUrl: 'https://api.test/ticket', getToken: () => 'jwt', WebSocket };
    return ticketWebSocket({ ...usual, fetch: request, ...options } as TicketWebSocketOptions);
  };

  /** Writes down what a socket emits, by handler. */
  const journalOf = (socket: TicketWebSocket) => {
    const journal: string[] = [];
    socket.onopen = () => journal.push(`open ${socket.readyState}`);
    socket.onmessage = ({ data }) => journal.push(`message ${data}`);
    socket.onerror = ({ message, error, code }) => journal.push(`error ${message} ${error?.reason} ${code}`);
    socket.onclose = ({ code, reason, wasClean }) =>
      journal.push(`close ${code} ${reason} ${wasClean} ${socket.readyState}`);
    return journal;
  };
  const nameOf = (act: () => unknown): string => {
    try {
      return `nothing: ${act()}`;
    } catch (error) {
      return (error as Error).name;
    }
  };

  it('has every member that a WebSocket of ws and of the standard has', () => {
    const standard = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED', 'url', 'readyState', 'bufferedAmount', 'extensions'];
    standard.push('protocol', 'binaryType', 'send', 'close', 'onopen', 'onmessage', 'onerror', 'onclose');
    const Socket = makeClass();
    const socket = new Socket('wss://chat.test/socket');
    for (const name of standard) expect(name in socket && name in WsSocket.prototype, name).to.equal(true);
    expect([Socket.CONNECTING, Socket.OPEN, Socket.CLOSING, Socket.CLOSED]).to.deep.equal([0, 1, 2, 3]);
    expect([socket.CONNECTING, socket.OPEN, socket.CLOSING, socket.CLOSED]).to.deep.equal([0, 1, 2, 3]);
    expect(socket).to.be.instanceOf(Socket).and.instanceOf(EventTarget);
    socket.close();
  });

  it('gets a ticket, and is the real socket from then on', async () => {
    const socket = new (makeClass())('https://chat.test/s?a=1#part', ['chat.v2', 'chat.v1']);
    const journal = journalOf(socket);
    const { url, readyState, bufferedAmount, extensions, protocol, binaryType } = socket;
    expect([url, readyState, bufferedAmount, extensions, protocol, binaryType]).to.deep.equal([
      ...['wss://chat.test/s?a=1', 0, 0, '', '', 'blob'],
    ]);
    socket.binaryType = 'arraybuffer';
    await turns();
    const [real] = sockets;
    expect(real).to.deep.include({
      url: 'wss://chat.test/s?a=1&ticket=wst_1',
      protocols: ['chat.v2', 'chat.v1'],
      binaryType: 'arraybuffer',
    });
    real?.open('chat.v1');
    expect([socket.readyState, socket.protocol, socket.url]).to.deep.equal([1, 'chat.v1', 'wss://chat.test/s?a=1']);
    socket.send('hello');
    real?.message('hi');
    socket.close(4000, 'bye');
    real?.end(4000, 'bye');
    expect([real?.sent, real?.closedWith]).to.deep.equal([['hello'], [4000, 'bye']]);
    expect(journal).to.deep.equal(['open 1', 'message hi', 'error  undefined 1006', 'close 4000 bye false 3']);
  });

  it('takes one subprotocol as text, and sends the ticket as another one with ticketIn: protocol', async () => {
    new (makeClass({ ticketIn: 'protocol' }))('wss://chat.test/', 'chat');
    await turns();
    expect(sockets[0]).to.deep.include({ url: 'wss://chat.test/', protocols: ['chat', 'ticketd.wst_1'] });
  });

  const refused: Readonly<Record<string, () => unknown>> = {
    'new Socket() without an address': () => new (makeClass())('/socket'),
    'new Socket() with an address of another scheme': () => new (makeClass())('ftp://chat.test'),
    'new Socket() with a blank in its host': () => new (makeClass())('wss://chat test/'),
    'new Socket() with a port that is none': () => new (makeClass())('wss://chat.test:99999'),
    'new Socket() with an object for subprotocols': () => new (makeClass())('wss://chat.test', {} as never),
    'new Socket() with a ticket': () => new (makeClass())('wss://chat.test/?ticket=old'),
    'new Socket() with a subprotocol twice': () => new (makeClass())('wss://chat.test', ['a', 'a']),
    'new Socket() with a subprotocol that is no token': () => new (makeClass())('wss://chat.test', 'a b'),
    'close() with 42 halves of a pair': () => new (makeClass())('wss://chat.test').close(1000, '\ud800'.repeat(42)),
    'close() with a reason of 124 bytes': () => new (makeClass())('wss://chat.test').close(1000, 'é'.repeat(62)),
  };
  for (const [what, act] of Object.entries(refused))
    it(`throws a SyntaxError for ${what}, and requests no ticket`, () => {
      expect(nameOf(act)).to.equal('SyntaxError');
    });

  it('throws a TypeError without arguments', () => {
    const Socket = makeClass() as unknown as new () => TicketWebSocket;
    expect(nameOf(() => new Socket())).to.equal('TypeError');
  });

  it('has the names of a WebSocket', () => {
    const Socket = makeClass();
    const socket = new Socket('wss://chat.test');
    expect([(Socket as { name?: string }).name, String(socket)]).to.deep.equal(['WebSocket', '[object WebSocket]']);
  });

  const addresses = {
    'wss://h:1': 'wss://h:1/',
    'WSS://Chat.Test:443/A/../b?c=D': 'wss://chat.test/b?c=D',
    'HTTP://chat.test/a b': 'ws://chat.test/a%20b',
    'wss://bücher.test': 'wss://xn--bcher-kva.test/',
  };
  for (const [address, url] of Object.entries(addresses))
    it(`has the url ${url} for ${address}`, () => {
      expect(new (makeClass())(address).url).to.equal(url);
    });

  const protocols: readonly (readonly [protocols: unknown, offered: readonly string[]])[] = [
    [null, ['null']],
    [undefined, []],
    [7, ['7']],
    [new Set(['a', 'b']), ['a', 'b']],
    [
      ['a', 7],
      ['a', '7'],
    ],
  ];
  for (const [given, offered] of protocols)
    it(`offers ${JSON.stringify(offered)} for the subprotocols ${given}`, async () => {
      new (makeClass())('wss://chat.test', given as string);
      await turns();
      expect(sockets[0]?.protocols).to.deep.equal(offered);
    });

  it('ignores a binaryType that there is not', async () => {
    const socket = new (makeClass())('wss://chat.test');
    const set = (type: string) => {
      socket.binaryType = type as 'blob';
      return socket.binaryType;
    };
    expect(['foo', 'arraybuffer', 'foo'].map(set)).to.deep.equal(['blob', 'arraybuffer', 'arraybuffer']);
    await turns();
    expect(set('foo')).to.equal('arraybuffer');
  });

  const messages = {
    'an ASCII text': 'hello',
    'a text of several scripts': 'é€😀',
    'half of a pair': '\ud800',
    'a view': new Uint8Array(3),
    'an ArrayBuffer': new ArrayBuffer(5),
    'a Blob': new Blob(['four']),
  };
  for (const [what, data] of Object.entries(messages))
    it(`adds the bytes of ${what} sent after close() to bufferedAmount`, () => {
      const socket = new (makeClass())('wss://chat.test');
      socket.close();
      const bytes = new Blob([data]).size;
      socket.send(data);
      expect(socket.bufferedAmount).to.equal(bytes);
      clock.tick(0);
      socket.send(data);
      expect(socket.bufferedAmount).to.equal(2 * bytes);
    });

  it('throws an InvalidStateError for send() before it is open, and discards what comes after close()', async () => {
    const socket = new (makeClass())('wss://chat.test');
    expect(nameOf(() => socket.send('too early'))).to.equal('InvalidStateError');
    await turns();
    expect(nameOf(() => socket.send('too early'))).to.equal('InvalidStateError');
    const other = new (makeClass())('wss://chat.test');
    other.close();
    expect(nameOf(() => other.send('too late'))).to.equal('nothing: undefined');
  });

  it('throws an InvalidAccessError for a code that a page must not send', () => {
    const socket = new (makeClass())('wss://chat.test');
    for (const code of [0, 999, 1001, 1006, 2999, 5000, Number.NaN])
      expect(
        nameOf(() => socket.close(code)),
        String(code),
      ).to.equal('InvalidAccessError');
    expect(nameOf(() => socket.close(3000, '\ud800'.repeat(41)))).to.equal('nothing: undefined');
  });

  it('emits error and close 1006 when it is closed before it has a ticket, after the call', async () => {
    answers = [[0]];
    const socket = new (makeClass())('wss://chat.test');
    const journal = journalOf(socket);
    await turns();
    socket.close();
    socket.close();
    expect([socket.readyState, journal]).to.deep.equal([2, []]);
    clock.tick(0);
    expect(journal).to.deep.equal([
      'error closed before the connection was open undefined 1006',
      'close 1006  false 3',
    ]);
    await turns();
    expect([sockets.length, clock.countTimers()]).to.deep.equal([0, 0]);
  });

  const failures: readonly (readonly [answer: Answer, lines: readonly string[]])[] = [
    [
      [503, { errorCode: 'SERVICE_OVERLOADED', message: 'busy' }],
      ['error busy undefined 1013', 'close 1013 SERVICE_OVERLOADED false 3'],
    ],
    [[500], ['error no ticket in the response undefined 1013', 'close 1013  false 3']],
    [[403], ['error no ticket in the response undefined 1013', 'close 1013  false 3']],
    [
      [403, { errorCode: 'FORBIDDEN', message: 'no' }],
      ['error no forbidden 4001', 'close 4001 FORBIDDEN false 3'],
    ],
    [
      [400, { errorCode: 'BAD_REQUEST', message: 'no' }],
      ['error no invalid 4001', 'close 4001 BAD_REQUEST false 3'],
    ],
    [REJECTED, ['error no unauthorized 4001', 'close 4001 AUTH_TOKEN_INVALID false 3']],
  ];
  for (const [answer, lines] of failures)
    it(`emits "${lines[1]}" after ${answer[0]} ${JSON.stringify(answer[1] ?? {})} for its ticket`, async () => {
      answers = [answer];
      const socket = new (makeClass())('wss://chat.test');
      const journal = journalOf(socket);
      await turns();
      expect(journal).to.deep.equal(lines);
      expect([sockets.length, sent.length]).to.deep.equal([0, 1]);
    });

  it('reports close codes of the server as they are, but 4001 as stopCode', async () => {
    const Socket = makeClass({ stopCode: 4401 });
    for (const code of [1000, 1013, 4001, 4003, 4004]) {
      const journal = journalOf(new Socket('wss://chat.test'));
      await turns();
      sockets.at(-1)?.end(code);
      expect(journal.at(-1)).to.equal(`close ${code === 4001 ? 4401 : code}  false 3`);
    }
    answers = [REJECTED];
    const journal = journalOf(new Socket('wss://chat.test'));
    await turns();
    expect(journal.at(-1)).to.equal('close 4401 AUTH_TOKEN_INVALID false 3');
  });

  it('emits error and close with 4001 when the real constructor throws, and when there is none', async () => {
    function Refuse() {
      throw new SyntaxError('not allowed here');
    }
    const journal = journalOf(new (makeClass({ WebSocket: Refuse as never }))('wss://chat.test'));
    await turns();
    expect(journal).to.deep.equal(['error SyntaxError: not allowed here invalid 4001', 'close 4001  false 3']);
  });

  it('asks getToken once more after a rejected JWT, and later sockets send no rejected JWT again', async () => {
    const asked: boolean[] = [];
    let jwt = 'old';
    answers = [REJECTED];
    const getToken = ({ rejected }: { readonly rejected: boolean }) => {
      asked.push(rejected);
      return jwt;
    };
    const Socket = makeClass({ getToken });
    for (let n = 0; n < 3; n += 1) {
      const journal = journalOf(new Socket('wss://chat.test'));
      await turns();
      expect(journal.at(-1)).to.match(/^close 4001 /);
    }
    expect([asked.length, sent]).to.deep.equal([4, ['Bearer old @ 0']]);
    jwt = 'new';
    new Socket('wss://chat.test');
    await turns();
    expect([asked.at(-1), sent.at(-1), sockets.length]).to.deep.equal([true, 'Bearer new @ 0', 1]);
  });

  it('asks getToken once more for each of the sockets whose same JWT was rejected', async () => {
    const asked: boolean[] = [];
    answers = [REJECTED, REJECTED, REJECTED];
    const getToken = ({ rejected }: { readonly rejected: boolean }) => {
      asked.push(rejected);
      return asked.length > 3 ? 'new' : 'old';
    };
    const Socket = makeClass({ getToken });
    const journals = [1, 2, 3].map(() => journalOf(new Socket('wss://chat.test')));
    await turns();
    expect([journals, sockets.length, asked.length]).to.deep.equal([[[], [], []], 3, 6]);
    expect(asked.slice(0, 4)).to.deep.equal([false, false, false, true]);
    expect(sent.map((line) => line.slice(7, 10))).to.deep.equal(['old', 'old', 'old', 'new', 'new', 'new']);
  });

  it('stops each of the sockets whose new JWT was rejected, too, as unauthorized', async () => {
    answers = Array.from({ length: 6 }, () => REJECTED);
    const asked: boolean[] = [];
    const Socket = makeClass({ getToken: ({ rejected }) => `jwt-${asked.push(rejected)}` });
    const journals = [1, 2, 3].map(() => journalOf(new Socket('wss://chat.test')));
    await turns();
    for (const journal of journals) expect(journal[0]).to.equal('error no unauthorized 4001');
    expect(sent).to.have.lengthOf(6);
  });

  it('sends no request before Retry-After has passed, whichever socket comes next', async () => {
    answers = [[503, {}, { 'Retry-After': '3' }]];
    const Socket = makeClass();
    new Socket('wss://chat.test');
    await turns();
    const closed = new Socket('wss://chat.test');
    new Socket('wss://chat.test');
    closed.close();
    clock.tick(2_999);
    await turns();
    expect(sent).to.have.lengthOf(1);
    clock.tick(1_001);
    await turns();
    expect([sent.length, sockets.length, closed.readyState]).to.deep.equal([2, 1, 3]);
  });

  it('limits the ticket request, not the handshake, by timeoutMs', async () => {
    answers = [[0]];
    const Socket = makeClass({ timeoutMs: 500 });
    const journal = journalOf(new Socket('wss://chat.test'));
    const other = new Socket('wss://chat.test');
    await turns();
    clock.tick(60_000);
    await turns();
    expect(journal).to.deep.equal(['error no ticket within 500 ms undefined 1013', 'close 1013  false 3']);
    expect([other.readyState, clock.countTimers()]).to.deep.equal([0, 0]);
  });

  it('calls handlers and listeners with the socket as target, in the order in which they were set', async () => {
    const socket = new (makeClass())('wss://chat.test');
    const calls: unknown[] = [];
    const listener = () => calls.push('removed');
    socket.addEventListener('open', () => calls.push('first'));
    socket.onopen = () => calls.push('replaced');
    socket.addEventListener('open', ({ target }) => calls.push(target === socket));
    socket.onopen = function (event) {
      calls.push(this === socket && event instanceof Event);
    };
    socket.addEventListener('open', listener);
    socket.removeEventListener('open', listener);
    socket.onmessage = 'not a function' as never;
    expect([socket.onmessage, socket.onclose]).to.deep.equal([null, null]);
    await turns();
    sockets[0]?.open();
    socket.onopen = null;
    expect(calls).to.deep.equal(['first', true, true]);
  });

  it('takes the place of the global WebSocket, and opens sockets of the former one', async () => {
    const { made, WebSocket } = fakeSockets();
    let restore = replaceGlobals({ WebSocket });
    try {
      const Socket = makeClass({ WebSocket: undefined });
      restore();
      restore = replaceGlobals({ WebSocket: Socket });
      new (globalThis as unknown as { readonly WebSocket: typeof Socket }).WebSocket('wss://chat.test');
      await turns();
      expect([made.length, sent.length]).to.deep.equal([1, 1]);
    } finally {
      restore();
    }
  });

  it('can be extended', async () => {
    class Counted extends makeClass() {
      sends = 0;
      override send(data: string) {
        this.sends += 1;
        super.send(data);
      }
    }
    const socket = new Counted('wss://chat.test');
    await turns();
    sockets[0]?.open();
    socket.send('hello');
    expect([socket.sends, sockets[0]?.sent, socket instanceof Counted]).to.deep.equal([1, ['hello'], true]);
  });
});
