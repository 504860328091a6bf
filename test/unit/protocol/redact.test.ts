import { expect } from 'chai';
import { scrub } from '../../../src/protocol/redact.ts';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { token } from '../../support/jwt.ts';

describe('log scrubber', () => {
  it('removes a JWT, with or without its signature', () => {
    const jwt = token();
    const unsigned = jwt.slice(0, jwt.lastIndexOf('.') + 1);
    expect(scrub(`got ${jwt}, no good`)).to.equal('got [jwt], no good');
    expect(scrub(`Bearer ${unsigned}`)).to.equal('Bearer [jwt]');
    expect(scrub(`${jwt} ${jwt}`)).to.equal('[jwt] [jwt]');
  });

  it('removes a ticket, whole or truncated', () => {
    const ticket = newTicket();
    expect(scrub(`/ws?ticket=${ticket}&x=1`)).to.equal('/ws?ticket=[ticket]&x=1');
    expect(scrub(`ticketd.${ticket}`)).to.equal('ticketd.[ticket]');
    expect(scrub(ticket.slice(0, 20))).to.equal('[ticket]');
  });

  it('removes credentials in a URL', () => {
    expect(scrub('redis://user:hunter2@host:6379/0 is down')).to.equal('redis://[credentials]@host:6379/0 is down');
    expect(scrub('rediss://:hunter2@host')).to.equal('rediss://[credentials]@host');
    expect(scrub('redis://u:hunter2@a, redis://u:hunter2@b')).to.not.include('hunter2');
  });

  it('removes the arguments that Redis repeats of an unknown command', () => {
    const reply = "ERR unknown command 'AUTH', with args beginning with: 'app' 'hunter2'\n'more'";
    expect(scrub(reply)).to.equal("ERR unknown command 'AUTH', with args [removed]");
  });

  it('removes all of a password that contains @', () => {
    expect(scrub('redis://user:p@hunter2@host:6379')).to.equal('redis://[credentials]@host:6379');
  });

  for (const text of [
    'connect ECONNREFUSED 127.0.0.1:6379',
    'getaddrinfo ENOTFOUND redis.prod.eu-west-1.example.com',
    'getaddrinfo ENOTFOUND greyJuice.example.com',
    'Redis at rediss://redis.internal:6379/2: it hangs',
    'alice@example.com',
    'ticketd:t: is the prefix',
    'https://app.example.com/path?mail=a@b',
    'ü',
    '',
  ])
    it(`keeps ${JSON.stringify(text)}`, () => {
      expect(scrub(text)).to.equal(text);
    });

  it('truncates to 512 characters, with an ellipsis', () => {
    expect(scrub('x'.repeat(512))).to.equal('x'.repeat(512));
    expect(scrub('x'.repeat(513))).to.equal(`${'x'.repeat(512)}…`);
    expect(scrub('://@'.repeat(10_000))).to.have.lengthOf.at.most(513);
  });

  it('removes all of a secret at the position where it truncates', () => {
    const [header = '', payload = ''] = token().split('.');
    const ticket = newTicket();
    const secrets: readonly (readonly [text: string, hidden: string])[] = [
      ['redis://user:hunter2@host', 'hun'],
      [`${header}.${payload}.signature`, payload.slice(0, 8)],
      [ticket, ticket.slice(4, 8)],
    ];
    for (const [text, hidden] of secrets)
      for (let room = 1; room <= text.length; room += 1)
        expect(scrub(' '.repeat(512 - room) + text), `${room} characters before the cut`).to.not.include(hidden);
  });

  it('runs in linear time', function () {
    // Far more than linear time needs, and far less than quadratic time would.
    this.timeout(5_000);
    for (const part of ['eyJ', 'wst_', '://', '://@', 'eyJ.'])
      expect(scrub(part.repeat(200_000))).to.have.lengthOf.at.most(513);
  });
});
