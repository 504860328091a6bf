import { expect } from 'chai';
import {
  type EventSourceOptions,
  eventSourceWithTicket,
  type TicketEventSource,
} from '../../../src/client/event-source.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';
import { type StreamAnswer, type StreamServer, startStreamServer } from '../../support/stream-server.ts';
import { until } from '../../support/until.ts';

const DONE: StreamAnswer = { status: 204 };

describe('ticketd/client eventSourceWithTicket', () => {
  let server: StreamServer;
  let source: TicketEventSource;
  let journal: string[];
  afterEach(async () => {
    source?.close();
    await server?.stop();
  });

  /** Starts a source that never waits longer than it is asked to, and writes down what it emits. */
  const start = async (answers: readonly StreamAnswer[], options: Partial<EventSourceOptions> = {}) => {
    server = await startStreamServer(...answers);
    journal = [];
    source = eventSourceWithTicket({
      ticketUrl: `${server.url}/ticket`,
      sourceUrl: `${server.url}/events`,
      getToken: () => 'jwt',
      random: () => 0,
      ...options,
    } as EventSourceOptions);
    source.onopen = () => journal.push(`open ${source.readyState}`);
    source.onmessage = ({ data, lastEventId, origin }) =>
      journal.push(`message ${data} ${lastEventId} ${origin === server.url}`);
    source.addEventListener('news', ({ data }) => journal.push(`news ${data}`));
    source.onerror = ({ reason, why, status, message, delayMs }) =>
      journal.push(
        ['error', source.readyState, reason ?? why, status ?? message, reason ?? (delayMs ?? 0) >= 0].join(' '),
      );
  };
  const stopped = () => until('it stopped', () => source.readyState === source.CLOSED);

  it('emits messages as an EventSource does, and continues after the last id with a fresh ticket', async () => {
    await start([
      { text: 'id: 1\ndata: a\n\nevent: news\ndata: b\n\nid: é2\ndata: c\n\n' },
      { text: 'data: d\n\n' },
      DONE,
    ]);
    expect(source).to.include({ url: `${server.url}/events`, readyState: 0, CONNECTING: 0, OPEN: 1, CLOSED: 2 });
    await stopped();
    expect(journal).to.deep.equal([
      'open 1',
      'message a 1 true',
      'news b',
      'message c é2 true',
      'error 0 closed the stream ended true',
      'open 1',
      'message d é2 true',
      'error 0 closed the stream ended true',
      'error 2 ended 204 ended',
    ]);
    const bytes = Buffer.from('é2').toString('latin1');
    expect(server.requests.map(({ search, lastEventId }) => [search, lastEventId])).to.deep.equal([
      ['?ticket=ticket-1', undefined],
      ['?ticket=ticket-2', bytes],
      ['?ticket=ticket-3', bytes],
    ]);
    expect(source.lastEventId).to.equal('é2');
  });

  it('sends the last id as a parameter with lastEventIdParameter, from lastEventId on', async () => {
    await start([{ text: 'id: b&c\n\n' }, DONE], { lastEventId: 'a', lastEventIdParameter: 'after' });
    await stopped();
    expect(server.requests.map(({ search, lastEventId }) => [search, lastEventId])).to.deep.equal([
      ['?after=a&ticket=ticket-1', undefined],
      ['?after=b%26c&ticket=ticket-2', undefined],
    ]);
  });

  const html = { 'Content-Type': 'text/html' };
  const refused: Readonly<Record<string, readonly [StreamAnswer, message: string]>> = {
    'HTTP 403': [{ status: 403 }, '403'],
    'HTTP 401': [{ status: 401 }, '401'],
    'HTTP 404': [{ status: 404 }, '404'],
    'a page in place of a stream': [{ headers: html, text: '<h1>Sign in</h1>' }, '200'],
  };
  for (const [what, [answer, status]] of Object.entries(refused))
    it(`stops after five times ${what}, each with a fresh ticket`, async () => {
      await start([answer]);
      await stopped();
      const retry = `error 0 handshake ${status} true`;
      expect(journal).to.deep.equal([retry, retry, retry, retry, `error 2 refused ${status} refused`]);
      expect(new Set(server.requests.map(({ search }) => search)).size).to.equal(5);
    });

  const outages: Readonly<Record<string, StreamAnswer>> = {
    'HTTP 500': { status: 500 },
    'HTTP 503 with Retry-After': { status: 503, headers: { 'Retry-After': '1' } },
    'HTTP 429': { status: 429 },
    'HTTP 408': { status: 408 },
  };
  for (const [what, answer] of Object.entries(outages))
    it(`tries again after ${what}`, async () => {
      const delays: unknown[] = [];
      await start([answer, DONE]);
      source.addEventListener('error', ({ delayMs }) => void delays.push(delayMs));
      await stopped();
      expect(journal).to.deep.equal([`error 0 ticket ${answer.status} true`, 'error 2 ended 204 ended']);
      expect(Number(delays[0]) >= 1_000).to.equal(what.includes('Retry-After'));
    });

  it('waits at least as long as the stream asks', async () => {
    const delays: unknown[] = [];
    await start([{ text: 'retry: 700\n\n' }, DONE]);
    source.addEventListener('error', ({ delayMs }) => void delays.push(delayMs));
    await stopped();
    expect(delays[0]).to.be.at.least(700);
  });

  const tickets: readonly (readonly [status: number, errorCode: string, reason: string])[] = [
    [401, 'AUTH_TOKEN_INVALID', 'unauthorized'],
    [403, 'FORBIDDEN', 'forbidden'],
    [400, 'BAD_REQUEST', 'invalid'],
  ];
  for (const [status, errorCode, reason] of tickets)
    it(`stops with ${reason} when ticketd returns ${status}, and connect() starts again`, async () => {
      await start([DONE]);
      server.ticketAnswers.push([status, { errorCode }]);
      await stopped();
      expect(journal).to.deep.equal([`error 2 ${reason} ${status} ${reason}`]);
      expect(server.requests).to.have.lengthOf(0);
      source.connect();
      expect(source.readyState).to.equal(source.CONNECTING);
      await until('it has ended', () => journal.at(-1) === 'error 2 ended 204 ended');
    });

  it('emits nothing after close(), also within a listener', async () => {
    await start([{ text: 'data: a\n\ndata: b\n\n', open: true }]);
    source.addEventListener('message', () => source.close());
    await stopped();
    await until('the server knows', () => server.requests[0]?.response.destroyed);
    expect(journal).to.deep.equal(['open 1', 'message a  true']);
  });

  it('closes a stream that is silent for silenceMs; a comment is a sign of life', async () => {
    const clock = freezeTime();
    try {
      const streams: ReadableStreamDefaultController<Uint8Array>[] = [];
      const request = async (url: unknown) => {
        if (String(url).endsWith('/ticket')) return Response.json({ ticket: 'wst_1' });
        const body = new ReadableStream<Uint8Array>({ start: (stream) => void streams.push(stream) });
        return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
      };
      await start([DONE], { silenceMs: 1_000, fetch: request as typeof fetch });
      await turns();
      for (let n = 0; n < 3; n += 1) {
        clock.tick(999);
        streams[0]?.enqueue(new TextEncoder().encode(':\n'));
        await turns();
      }
      expect(journal).to.deep.equal(['open 1']);
      clock.tick(1_000);
      expect(journal[1]).to.equal('error 0 closed no message within 1000 ms true');
    } finally {
      source.close();
      clock.restore();
    }
  });

  it('says what is missing where fetch cannot read a stream, as in React Native', async () => {
    const request: typeof fetch = async (url, init) => {
      const response = await fetch(url, init);
      if (!String(url).includes('/events')) return response;
      return { ok: true, status: 200, headers: response.headers } as Response;
    };
    await start([DONE, { open: true }], { fetch: request });
    server.answers.shift();
    await stopped();
    expect(journal).to.deep.equal(['error 2 invalid this fetch cannot read a stream: pass another one invalid']);
  });

  const wrong = { sourceUrl: ['/events', 'ws//x', 'https://files.test/?ticket=old'], getToken: [undefined] };
  for (const [name, values] of Object.entries(wrong))
    for (const value of values)
      it(`throws a TypeError for ${name} ${value}`, () => {
        const options = { ticketUrl: 'https://api.test', sourceUrl: 'https://files.test', getToken: () => 'jwt' };
        expect(() => eventSourceWithTicket({ ...options, [name]: value } as EventSourceOptions)).to.throw(TypeError);
      });
});
