import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { type GetTicketOptions, getTicket, TicketError } from '../../../src/client/get-ticket.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';

type Answer = readonly [status: number, body: object, headers?: Record<string, string>];

describe('ticketd/client getTicket', () => {
  let clock: SinonFakeTimers;
  let sent: (string | null)[];
  beforeEach(() => {
    clock = freezeTime();
    sent = [];
  });
  afterEach(() => clock.restore());

  /** Gets a ticket from an endpoint that answers these, one after the other. */
  const get = (answers: readonly Answer[], options: Partial<GetTicketOptions> = {}) => {
    const request = async (_url: unknown, { headers }: RequestInit = {}) => {
      const [status, body, more = {}] = answers[sent.length] ?? [500, {}];
      sent.push(new Headers(headers).get('Authorization'));
      return Response.json(body, { status, headers: more });
    };
    const usual = { ticketUrl: 'https://api.test/ticket', getToken: () => 'jwt', fetch: request as typeof fetch };
    return getTicket({ ...usual, ...options } as GetTicketOptions);
  };
  const errorOf = (ticket: Promise<unknown>): Promise<TicketError> =>
    ticket.then(
      () => expect.fail('there was a ticket'),
      (error) => error,
    );
  const invalid: Answer = [401, { errorCode: 'AUTH_TOKEN_INVALID', message: 'no', traceId: 'trace' }];
  const granted: Answer = [200, { ticket: 'wst_1', expiresIn: 30, traceId: 'trace' }];

  it('resolves with the ticket, its time to live and the trace id', async () => {
    expect(await get([granted])).to.deep.equal({ ticket: 'wst_1', expiresIn: 30, traceId: 'trace' });
    expect(sent).to.deep.equal(['Bearer jwt']);
  });

  it('asks getToken once more after a rejected JWT', async () => {
    const asked: boolean[] = [];
    const getToken = ({ rejected }: { readonly rejected: boolean }) => `jwt-${asked.push(rejected)}`;
    expect(await get([invalid, granted], { getToken })).to.have.property('ticket', 'wst_1');
    expect([asked, sent]).to.deep.equal([
      [false, true],
      ['Bearer jwt-1', 'Bearer jwt-2'],
    ]);
  });

  const failures: readonly (readonly [answer: Answer, expected: Partial<TicketError>])[] = [
    [
      invalid,
      { status: 401, errorCode: 'AUTH_TOKEN_INVALID', message: 'no', traceId: 'trace', reason: 'unauthorized' },
    ],
    [[403, { errorCode: 'FORBIDDEN' }], { status: 403, reason: 'forbidden' }],
    [[400, { errorCode: 'BAD_REQUEST' }], { status: 400, reason: 'invalid' }],
    [[401, {}], { status: 401, reason: undefined }],
    [[503, {}, { 'Retry-After': '2' }], { status: 503, retryAfterMs: 2_000, reason: undefined }],
    [[200, {}], { status: 200, message: 'no ticket in the response', reason: undefined }],
  ];
  for (const [answer, expected] of failures)
    it(`rejects with a TicketError after ${answer[0]} ${JSON.stringify(answer[1])}`, async () => {
      const error = await errorOf(get([answer]));
      expect(error)
        .to.be.instanceOf(TicketError)
        .and.include({ name: 'TicketError', ...expected });
      expect(sent).to.have.lengthOf(1);
    });

  it('rejects with the error of fetch, and when no user is signed in', async () => {
    const offline = new TypeError('Failed to fetch');
    const error = await errorOf(get([], { fetch: () => Promise.reject(offline) }));
    expect(error).to.include({ error: offline, status: undefined, reason: undefined });
    expect(await errorOf(get([], { getToken: () => null }))).to.include({ reason: 'unauthorized' });
  });

  it('rejects after timeoutMs, and aborts what it waits for', async () => {
    let aborted: AbortSignal | undefined;
    const getToken = ({ signal }: { readonly signal: AbortSignal }) => {
      aborted = signal;
      return new Promise<string>(() => {});
    };
    const error = errorOf(get([], { getToken, timeoutMs: 500 }));
    await turns();
    clock.tick(500);
    expect(await error).to.include({ message: 'no ticket within 500 ms', reason: undefined });
    expect(aborted?.aborted).to.equal(true);
  });

  it('rejects with the reason of an aborted signal', async () => {
    const controller = new AbortController();
    const reason = new Error('the user went away');
    const error = errorOf(get([granted], { getToken: () => new Promise(() => {}), signal: controller.signal }));
    controller.abort(reason);
    expect(await error).to.equal(reason);
    expect(await errorOf(get([granted], { signal: AbortSignal.abort(reason) }))).to.equal(reason);
    expect([sent, clock.countTimers()]).to.deep.equal([[], 0]);
  });
});
