import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { digestOf, isTicket, newTicket, ticketIdOf } from '../../../src/tickets/ticket.ts';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const CHARACTERS = [...BASE64URL, '+', '/', '=', '.', ' ', '\n', '\u0000', 'é'];

describe('ticket format', () => {
  it('is wst_ and 49 URL-safe characters, at most 64 in total', () => {
    for (let n = 0; n < 200; n += 1) expect(newTicket()).to.match(/^wst_[A-Za-z0-9_-]{49}$/);
    expect(newTicket()).to.have.lengthOf(53);
    expect(encodeURIComponent(newTicket())).to.have.lengthOf(53);
  });

  it('is accepted by isTicket, and unique', () => {
    const tickets = Array.from({ length: 1000 }, newTicket);
    expect(tickets.every(isTicket)).to.equal(true);
    expect(new Set(tickets)).to.have.property('size', 1000);
  });

  it('contains 32 random bytes, all of which vary', () => {
    const bodies = Array.from({ length: 400 }, () => Buffer.from(newTicket().slice(4, 47), 'base64url'));
    for (let at = 0; at < 32; at += 1) expect(new Set(bodies.map((bytes) => bytes[at])).size).to.be.above(64);
    expect(bodies.every(({ length }) => length === 32)).to.equal(true);
  });

  it('is rejected after any change of a single character at any position', () => {
    const ticket = newTicket();
    for (let at = 0; at < ticket.length; at += 1)
      for (const character of CHARACTERS) {
        const changed = ticket.slice(0, at) + character + ticket.slice(at + 1);
        expect(isTicket(changed), `${JSON.stringify(character)} at ${at}`).to.equal(changed === ticket);
      }
  });

  it('is rejected after two adjacent characters are swapped', () => {
    const ticket = newTicket();
    for (let at = 0; at < ticket.length - 1; at += 1) {
      const [before, one = '', other = ''] = [ticket.slice(0, at), ticket[at], ticket[at + 1]];
      const changed = before + other + one + ticket.slice(at + 2);
      if (one !== other) expect(isTicket(changed), `at ${at}`).to.equal(false);
    }
  });

  it('is rejected when it is truncated, extended, wrapped or of another kind', () => {
    const ticket = newTicket();
    for (let length = 0; length < ticket.length; length += 1) expect(isTicket(ticket.slice(0, length))).to.equal(false);
    const others = [
      `${ticket}A`,
      `${ticket}\n`,
      ` ${ticket}`,
      ticket.toUpperCase(),
      ticket.slice(4),
      `${ticket}${ticket}`,
    ];
    for (const text of others) expect(isTicket(text), JSON.stringify(text)).to.equal(false);
  });
});

describe('ticket digest', () => {
  it('is the SHA-256 of the ticket in base64url', () => {
    const ticket = newTicket();
    expect(digestOf(ticket)).to.equal(createHash('sha256').update(ticket).digest('base64url'));
    expect(digestOf('abc')).to.equal('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });

  it('gives the ticketId of the log by its first 12 characters', () => {
    expect(ticketIdOf(digestOf('abc'))).to.equal('ungWv48Bz-pB');
  });
});
