import { expect } from 'chai';
import { newTicket } from '../../src/tickets/ticket.ts';
import { TICKET_PATH } from '../support/ask.ts';
import { token } from '../support/jwt.ts';
import { openPipelined, type Pipelined } from '../support/pipelined.ts';
import { CASES, fc, textOf, wellFormed } from '../support/property.ts';
import type { RawAnswer } from '../support/raw-http.ts';
import { GATEWAY_KEY, REDEEM_PATH, REVOKE_PATH } from '../support/redeem.ts';
import { type RunningService, startService } from '../support/service.ts';

// A case is one body; this many are pipelined on one connection.
const AT_ONCE = 50;
const MAX_BYTES = 4096;

const utf8 = (text: string): Buffer => Buffer.from(text).subarray(0, MAX_BYTES);

/** JSON close to a valid body: some of the names, with values of every kind. */
const nearly = (...names: readonly string[]): fc.Arbitrary<Buffer> =>
  fc
    .dictionary(
      fc.constantFrom(...names, '__proto__', 'constructor', 'x'),
      fc.oneof(fc.jsonValue(), wellFormed(), fc.constant(newTicket())),
      { maxKeys: 4 },
    )
    .map((body) => utf8(JSON.stringify(body)));

const bodyOf = (...names: readonly string[]): fc.Arbitrary<Buffer> =>
  fc.oneof(
    nearly(...names),
    nearly(...names),
    fc.json().map(utf8),
    fc.uint8Array({ maxLength: 300, size: 'max' }).map((bytes) => Buffer.from(bytes)),
    textOf(
      '{',
      '}',
      '"',
      ':',
      ',',
      '[',
      ']',
      '\\u0000',
      '\\ud800',
      'null',
      '1e999',
      '\ufeff',
      ' ',
      ...names.map((name) => `"${name}":`),
    ).map(utf8),
    fc.nat(1000).map((depth) => utf8('['.repeat(depth) + ']'.repeat(depth))),
  );

const mediaType = fc.oneof(
  { weight: 6, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'application/json; charset=UTF-8',
      'application/json; charset=x',
      'APPLICATION/JSON',
      'text/plain',
      'json',
      '',
      ';',
      'a/b; c="',
      'application/json\t;',
    ),
  },
);

const JSON_TYPE = 'application/json; charset=utf-8';

describe('request bodies with arbitrary content', () => {
  let service: RunningService;
  let open: Pipelined;
  let internal: Pipelined;

  before(async () => {
    service = await startService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY });
  });
  // For each test: a connection that sends nothing for 20 s is closed.
  beforeEach(async () => {
    open = await openPipelined(service.url);
    internal = await openPipelined(service.internalUrl);
  });
  afterEach(() => {
    open.close();
    internal.close();
  });
  after(() => service.stop());

  const jwt = token();
  const issue = (body: Buffer, type: string) => open.post(TICKET_PATH, headersOf(jwt, type), body);
  // A subject may revoke ten times in ten seconds.
  const revoke = (body: Buffer, type: string) =>
    open.post(REVOKE_PATH, headersOf(token({ sub: crypto.randomUUID() }), type), body);
  const redeem = (body: Buffer, type: string) => internal.post(REDEEM_PATH, headersOf(GATEWAY_KEY, type), body);

  const headersOf = (credential: string, type: string) => [
    `Authorization: Bearer ${credential}`,
    `Content-Type: ${type}`,
  ];

  /** A response of the contract with one of these statuses. */
  const expectOneOf = (answer: RawAnswer, statuses: readonly number[]): void => {
    expect(answer.status).to.be.oneOf([...statuses]);
    if (answer.status === 204) return;
    expect(answer.headers['content-type']).to.equal(JSON_TYPE);
    expect(JSON.parse(answer.body).traceId).to.equal(answer.headers['x-trace-id']);
  };

  /** Sends every case and checks each answer. */
  const holdsFor = (
    body: fc.Arbitrary<Buffer>,
    send: (body: Buffer, type: string) => Promise<RawAnswer>,
    check: (answer: RawAnswer, body: Buffer) => void,
  ): Promise<void> =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(body, mediaType), { minLength: AT_ONCE, maxLength: AT_ONCE }),
        async (cases) => {
          const answers = await Promise.all(cases.map(([bytes, type]) => send(bytes, type)));
          for (const [index, answer] of answers.entries()) check(answer, cases[index]?.[0] ?? Buffer.alloc(0));
          expect(service.eventsOf('internal_error')).to.deep.equal([]);
        },
      ),
      { numRuns: CASES / AT_ONCE },
    );

  it('POST /ws-ticket returns 200, 400 or 415 for any body', () =>
    holdsFor(bodyOf('audience', 'channel'), issue, (answer) => expectOneOf(answer, [200, 400, 415])));

  it('POST /ws-ticket/revoke returns 204, 400 or 415 for any body', () =>
    holdsFor(bodyOf('scope', 'end', 'session', 'subject'), revoke, (answer) => expectOneOf(answer, [204, 400, 415])));

  it('POST /ws-ticket/redeem returns 400, 403 or 415 for any body without an issued ticket', () =>
    holdsFor(bodyOf('ticket', 'audience', 'origin'), redeem, (answer) => expectOneOf(answer, [400, 403, 415])));

  it('POST /ws-ticket/redeem returns audience and channel exactly as issued, then 403 for the same ticket', async () => {
    const bindings = fc.record({
      audience: wellFormed({ minLength: 1, maxLength: 16 }),
      channel: wellFormed({ minLength: 1, maxLength: 32 }),
    });
    const send = (value: object) => Buffer.from(JSON.stringify(value));
    await fc.assert(
      fc.asyncProperty(fc.array(bindings, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (wishes) => {
        const issued = await Promise.all(wishes.map((wish) => issue(send(wish), 'application/json')));
        const tickets = issued.map(({ body }) => JSON.parse(body).ticket);
        const bodies = wishes.map(({ audience }, index) => send({ ticket: tickets[index], audience }));
        const [redeemed, again] = [bodies, bodies].map((all) => all.map((body) => redeem(body, 'application/json')));
        for (const [index, answer] of (await Promise.all(redeemed ?? [])).entries())
          expect(JSON.parse(Buffer.from(answer.body, 'latin1').toString())).to.include(wishes[index]);
        expect((await Promise.all(again ?? [])).every(({ status }) => status === 403)).to.equal(true);
      }),
      // Three requests per case; the other tests already send these bodies.
      { numRuns: CASES / AT_ONCE / 5 },
    );
  });
});
