import { expect } from 'chai';
import { TokenRejected } from '../../../src/auth/errors.ts';
import { StoreUnavailable } from '../../../src/tickets/errors.ts';
import { createIssuer } from '../../../src/tickets/issue.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { sessionKey, subjectKey } from '../../../src/tickets/revocation-keys.ts';
import type { Mark, TicketStore } from '../../../src/tickets/store.ts';
import { digestOf, isTicket, ticketIdOf } from '../../../src/tickets/ticket.ts';
import { rejectionOf } from '../../support/rejection.ts';

const NOW = Date.UTC(2030, 0, 1);
const BINDING = { audience: undefined, channel: undefined, origin: undefined, traceId: 'trace' };

const caller = (lifeMs: number) => ({
  issuer: 'https://idp.example/',
  subject: 'alice',
  sessionId: 'session-1',
  expiresAt: NOW + lifeMs,
});

const notAsked = () => Promise.reject(new Error('nothing is redeemed while a ticket is issued'));
const others = {
  replace: notAsked,
  forget: notAsked,
  take: notAsked,
  mark: notAsked,
  marks: async (marks: readonly Mark[]) => marks.map(() => null),
  count: notAsked,
};

const setUp = (ttlSeconds = 30) => {
  const stored: { digest: string; payload: string; ttlMs: number }[] = [];
  const store: TicketStore = {
    name: 'memory',
    isReady: () => true,
    put: async (digest, payload, ttlMs) => void stored.push({ digest, payload, ttlMs }),
    ...others,
  };
  return { stored, issue: createIssuer({ store, ttlSeconds, now: () => NOW }) };
};

describe('issue', () => {
  it('returns a well-formed ticket, its ticketId and its expiry', async () => {
    const { ticket, ticketId, expiresIn, expiresAt } = await setUp().issue(caller(3_600_000), BINDING);
    expect(isTicket(ticket)).to.equal(true);
    expect(ticketId).to.equal(ticketIdOf(digestOf(ticket)));
    expect(expiresIn).to.equal(30);
    expect(expiresAt.getTime()).to.equal(NOW + 30_000);
  });

  it('stores the digest with a time to live, and never the ticket itself', async () => {
    const { issue, stored } = setUp();
    const { ticket } = await issue(caller(3_600_000), BINDING);
    expect(stored).to.have.lengthOf(1);
    expect(stored[0]).to.include({ digest: digestOf(ticket), ttlMs: 30_000 });
    for (const part of [ticket, ticket.slice(4), ticket.slice(4, 24)])
      expect(JSON.stringify(stored)).to.not.include(part);
  });

  it('stores the caller, the binding and both expiries in a compact record', async () => {
    const { issue, stored } = setUp();
    const binding = { audience: 'chat', channel: 'room-1', origin: 'https://app.example', traceId: 'trace' };
    await issue(caller(3_600_000), binding);
    expect(JSON.parse(stored[0]?.payload ?? '')).to.deep.equal({
      u: 'https://idp.example/',
      s: 'alice',
      i: 'session-1',
      a: 'chat',
      c: 'room-1',
      o: 'https://app.example',
      t: NOW,
      e: 30_000,
      x: 3_600_000,
      r: 'trace',
    });
  });

  it('stores no absent fields', async () => {
    const { issue, stored } = setUp();
    await issue({ ...caller(3_600_000), issuer: undefined, sessionId: undefined }, BINDING);
    expect(JSON.parse(stored[0]?.payload ?? '')).to.have.all.keys('s', 't', 'e', 'x', 'r');
  });

  it('limits the expiry of a ticket to that of its JWT', async () => {
    const { issue, stored } = setUp();
    const { expiresIn, expiresAt } = await issue(caller(12_700), BINDING);
    expect(stored[0]).to.include({ ttlMs: 12_700 });
    expect(expiresAt.getTime()).to.equal(NOW + 12_700);
    expect(expiresIn).to.equal(12);
  });

  it('rounds the time to live down to whole milliseconds', async () => {
    const { issue, stored } = setUp();
    await issue(caller(5_000.7), BINDING);
    expect(stored[0]).to.include({ ttlMs: 5_000 });
  });

  it('accepts a JWT with 1 s left, and rejects less with TokenRejected', async () => {
    const { issue, stored } = setUp();
    expect((await issue(caller(1_000), BINDING)).expiresIn).to.equal(1);
    for (const lifeMs of [999, 0, -3_000]) {
      const error = await rejectionOf(issue(caller(lifeMs), BINDING));
      expect(error).to.be.instanceOf(TokenRejected);
    }
    expect(stored).to.have.lengthOf(1);
  });

  it('rejects with the error of the store when the ticket is not stored', async () => {
    const outage = new StoreUnavailable();
    const put = () => Promise.reject(outage);
    const store: TicketStore = { name: 'redis', isReady: () => false, put, ...others };
    const issue = createIssuer({ store, ttlSeconds: 30, now: () => NOW });
    expect(await rejectionOf(issue(caller(60_000), BINDING))).to.equal(outage);
  });
});

describe('issue after a revocation', () => {
  const [subject, session] = [subjectKey(caller(0)), sessionKey(caller(0))];
  const ends = [`ended ${subject}`, `ended ${session}`];

  const setUpRevoked = (over: Partial<TicketStore> = {}) => {
    const calls: unknown[][] = [];
    const store: TicketStore = {
      name: 'memory',
      isReady: () => true,
      ...others,
      put: async (digest, payload) => void calls.push(['put', digest, JSON.parse(payload)]),
      replace: async (digest, payload) => void calls.push(['replace', digest, JSON.parse(payload)]),
      marks: async (marks) => {
        calls.push(['marks', ...marks.map(({ kind, key }) => `${kind} ${key}`)]);
        return marks.map(({ kind, key }) => (kind === 'revocation' && key === subject ? 'id-of-subject' : null));
      },
      ...over,
    };
    return { calls, issue: createIssuer({ store, ttlSeconds: 30, now: () => NOW }) };
  };

  it('writes the record again with the revocation ids, and reads the ends again, before it returns the ticket', async () => {
    const { calls, issue } = setUpRevoked();
    const { ticket } = await issue(caller(60_000), BINDING);
    const [put, asked, ...again] = calls;
    expect(put?.slice(0, 2)).to.deep.equal(['put', digestOf(ticket)]);
    expect(asked).to.deep.equal(['marks', `revocation ${subject}`, `revocation ${session}`, ...ends]);
    expect(again).to.have.deep.members([
      ['replace', digestOf(ticket), { ...(put?.[2] as object), v: ['id-of-subject', null] }],
      ['marks', ...ends],
    ]);
  });

  it('reads the revocation ids and the ends in the same round trip as the write', async () => {
    const { calls, issue } = setUpRevoked({ put: () => new Promise(() => {}) });
    void issue(caller(60_000), BINDING);
    expect(calls.map(([name]) => name)).to.deep.equal(['marks']);
  });

  it('rejects when the revocation ids cannot be read or stored', async () => {
    const outage = new StoreUnavailable();
    for (const method of ['marks', 'replace'] as const) {
      const { issue } = setUpRevoked({ [method]: () => Promise.reject(outage) });
      expect(await rejectionOf(issue(caller(60_000), BINDING)), method).to.equal(outage);
    }
  });
});

describe('issue with a rate limit', () => {
  const createStore = () => {
    const store = createMemoryStore(() => NOW);
    const puts: string[] = [];
    const forgotten: string[] = [];
    return {
      puts,
      forgotten,
      store: {
        ...store,
        put: async (digest: string) => void puts.push(digest),
        forget: async (digest: string) => void forgotten.push(digest),
      },
    };
  };
  const createLimited = (store: TicketStore) =>
    createIssuer({ store, ttlSeconds: 30, rateLimit: { tickets: 2, seconds: 10 }, now: () => NOW });

  it('counts tickets by issuer and subject, over all sessions', async () => {
    const issue = createLimited(createStore().store);
    for (const sessionId of ['session-1', 'session-2']) await issue({ ...caller(60_000), sessionId }, BINDING);
    const refused = await rejectionOf(issue({ ...caller(60_000), sessionId: 'session-3' }, BINDING));
    expect(refused).to.include({ name: 'RateLimited', retryInSeconds: 10 });
    await issue({ ...caller(60_000), subject: 'bob' }, BINDING);
    await issue({ ...caller(60_000), issuer: 'https://other.example/' }, BINDING);
  });

  it('rejects a subject over the limit without asking the store', async () => {
    const { store, puts } = createStore();
    const issue = createLimited(store);
    for (const number of [1, 2]) await issue(caller(60_000 + number), BINDING);
    expect(puts).to.have.length(2);
    expect(await rejectionOf(issue(caller(60_000), BINDING))).to.include({ name: 'RateLimited' });
    expect(puts).to.have.length(2);
  });

  it('deletes the stored ticket when another instance used up the limit meanwhile', async () => {
    const { store, puts, forgotten } = createStore();
    const issuers = [createLimited(store), createLimited(store), createLimited(store)];
    const outcomes = await Promise.allSettled(issuers.map((issue) => issue(caller(60_000), BINDING)));
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled', 'rejected']);
    expect(forgotten).to.deep.equal(puts.slice(2));
  });

  it('does not count a JWT whose session has ended', async () => {
    const { store } = createStore();
    const counted: string[] = [];
    const issue = createLimited({
      ...store,
      marks: async (marks) => marks.map(({ kind }) => (kind === 'ended' ? 'all' : null)),
      count: async (key, windowMs) => {
        counted.push(key);
        return store.count(key, windowMs);
      },
    });
    expect(await rejectionOf(issue(caller(60_000), BINDING))).to.include({ reason: 'session_ended' });
    expect(counted).to.deep.equal([]);
  });

  it('rejects with the error of the store when the ticket is not counted', async () => {
    const outage = new StoreUnavailable();
    const { store } = createStore();
    const issue = createLimited({
      ...store,
      count: () => Promise.reject(outage),
      forget: () => Promise.reject(outage),
    });
    expect(await rejectionOf(issue(caller(60_000), BINDING))).to.equal(outage);
  });
});
