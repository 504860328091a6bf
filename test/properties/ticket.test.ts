import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import { createMemoryStore } from '../../src/tickets/memory-store.ts';
import { decodePayload, encodePayload, type TicketRecord } from '../../src/tickets/payload.ts';
import { createRedeemer } from '../../src/tickets/redeem.ts';
import { digestOf, isTicket, newTicket, ticketIdOf } from '../../src/tickets/ticket.ts';
import { fc, textOf, thrownBy } from '../support/property.ts';

// By the contract's rule rather than by the code under test.
const checksumOf = (body: string): string => {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return checksum.toString('base64url');
};

const ticketOf = (random: Uint8Array): string => {
  const body = `wst_${Buffer.from(random).toString('base64url')}`;
  return body + checksumOf(body);
};

const ticket = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(ticketOf);

// Mostly of a ticket's own alphabet, which only the checksum tells from the right ones.
const put = fc.oneof(fc.stringMatching(/^[\w-]{0,2}$/), fc.string({ unit: 'binary', maxLength: 2 }));

/** What is like a ticket, and what is not. */
const anything = fc.oneof(
  ticket,
  fc.tuple(ticket, fc.nat(60), put).map(([text, at, other]) => text.slice(0, at) + other + text.slice(at + 1)),
  fc.uint8Array({ maxLength: 48, size: 'max' }).map(ticketOf),
  textOf('wst_', 'A', '_', '-', newTicket(), newTicket().slice(4), '\n', '\0', ' ', '=', '%00'),
);

const record: fc.Arbitrary<TicketRecord> = fc.record({
  issuer: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
  subject: fc.string({ unit: 'binary', minLength: 1 }),
  sessionId: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
  audience: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
  channel: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
  origin: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
  traceId: fc.string({ unit: 'binary' }),
  issuedAt: fc.nat(),
  ticketExpiresAt: fc.nat(),
  expiresAt: fc.nat(),
  revocationIds: fc.option(fc.array(fc.option(fc.string(), { nil: null })), { nil: undefined }),
});

describe('whatever is presented as a ticket', () => {
  it('is one exactly where its form and its checksum are right', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(isTicket(text)).to.equal(/^wst_[\w-]{49}$/.test(text) && text.endsWith(checksumOf(text.slice(0, -6))));
      }),
    );
  });

  it('is one for any random bytes, with a digest that names it and does not hold it', () => {
    fc.assert(
      fc.property(ticket, (text) => {
        expect(isTicket(text)).to.equal(true);
        expect(text).to.match(/^[\w-]{53}$/);
        expect(digestOf(text)).to.match(/^[\w-]{43}$/);
        expect(digestOf(text).startsWith(ticketIdOf(digestOf(text)))).to.equal(true);
      }),
    );
  });

  it('is none any more after any change of one character', () => {
    fc.assert(
      fc.property(ticket, fc.nat(52), put, (text, at, other) => {
        fc.pre(text[at] !== other);
        expect(isTicket(text.slice(0, at) + other + text.slice(at + 1))).to.equal(false);
      }),
    );
  });

  it('is refused as malformed without the store being asked, or as unknown by it', async () => {
    const store = createMemoryStore();
    let asked = 0;
    const redeem = createRedeemer({
      store: {
        ...store,
        take: (digest) => {
          asked += 1;
          return store.take(digest);
        },
      },
    });
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        const before = asked;
        const redemption = await redeem({ ticket: text, audience: undefined, origin: undefined });
        expect(redemption).to.deep.include({ outcome: 'rejected', reason: isTicket(text) ? 'unknown' : 'malformed' });
        expect(asked - before).to.equal(isTicket(text) ? 1 : 0);
      }),
    );
  });
});

describe('what is kept of a ticket', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(record, (kept) => {
        expect(decodePayload(encodePayload(kept))).to.deep.equal(kept);
      }),
    );
  });

  it('is read, or refused with an error, whatever stands there', () => {
    const json = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.dictionary(fc.constantFrom(...'usiacotexrv'), fc.jsonValue()).map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(json, (text) => {
        const error = thrownBy(() => {
          const { subject, issuedAt, ticketExpiresAt, expiresAt } = decodePayload(text);
          expect([typeof subject, typeof issuedAt, typeof ticketExpiresAt, typeof expiresAt]).to.deep.equal([
            'string',
            'number',
            'number',
            'number',
          ]);
        }, Error);
        expect(error?.name).to.not.equal('AssertionError');
      }),
    );
  });
});
