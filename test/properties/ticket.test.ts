import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import { createMemoryRevocationLog } from '../../src/tickets/memory-revocation-log.ts';
import { createMemoryStore } from '../../src/tickets/memory-store.ts';
import { decodePayload, encodePayload, type TicketRecord } from '../../src/tickets/record.ts';
import { createRedeemer } from '../../src/tickets/redeem.ts';
import { digestOf, isTicket, newTicket, ticketIdOf } from '../../src/tickets/ticket.ts';
import { fc, textOf, thrownBy } from '../support/property.ts';

// Calculated by the rule in the contract, not by the code under test.
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

// Mostly of a ticket's own alphabet, so that only the checksum detects the change.
const put = fc.oneof(fc.stringMatching(/^[\w-]{0,2}$/), fc.string({ unit: 'binary', maxLength: 2 }));

/** Tickets, text similar to tickets, and other text. */
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
  // As a JWT has them: JSON has no -0.
  claims: fc.option(
    fc.dictionary(fc.string(), fc.jsonValue()).map((claims) => JSON.parse(JSON.stringify(claims))),
    { nil: undefined },
  ),
  origin: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
  path: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
  traceId: fc.string({ unit: 'binary' }),
  issuedAt: fc.nat(),
  ticketExpiresAt: fc.nat(),
  expiresAt: fc.nat(),
  otherKeys: fc.option(fc.array(fc.string()), { nil: undefined }),
  revocationIds: fc.option(fc.array(fc.option(fc.string(), { nil: null })), { nil: undefined }),
});

describe('ticket format with arbitrary text', () => {
  it('accepts exactly the texts with the right form and checksum', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(isTicket(text)).to.equal(/^wst_[\w-]{49}$/.test(text) && text.endsWith(checksumOf(text.slice(0, -6))));
      }),
    );
  });

  it('accepts a ticket of any 32 random bytes, with a digest that starts with the ticket id', () => {
    fc.assert(
      fc.property(ticket, (text) => {
        expect(isTicket(text)).to.equal(true);
        expect(text).to.match(/^[\w-]{53}$/);
        expect(digestOf(text)).to.match(/^[\w-]{43}$/);
        expect(digestOf(text).startsWith(ticketIdOf(digestOf(text)))).to.equal(true);
      }),
    );
  });

  it('rejects a ticket with any one character changed', () => {
    fc.assert(
      fc.property(ticket, fc.nat(52), put, (text, at, other) => {
        fc.pre(text[at] !== other);
        expect(isTicket(text.slice(0, at) + other + text.slice(at + 1))).to.equal(false);
      }),
    );
  });

  it('redeem rejects malformed text without asking the store, and an unknown ticket after asking it', async () => {
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
      log: createMemoryRevocationLog(),
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

describe('stored ticket record', () => {
  it('decodes to the same record that was encoded', () => {
    fc.assert(
      fc.property(record, (stored) => {
        expect(decodePayload(encodePayload(stored))).to.deep.equal(stored);
      }),
    );
  });

  it('decodes arbitrary text to a valid record or throws an Error', () => {
    const json = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.dictionary(fc.constantFrom(...'usiacotexrkv'), fc.jsonValue()).map((value) => JSON.stringify(value)),
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
