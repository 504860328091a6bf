import { expect } from 'chai';
import { RequestError } from '../../../../src/http/middleware/error-mapping.ts';
import { ticketRequestOf } from '../../../../src/http/routes/issue.ts';
import { thrownBy } from '../../../support/rejection.ts';

const refused = (body: Readonly<Record<string, unknown>>): string => {
  const error = thrownBy(() => ticketRequestOf(body));
  expect(error).to.be.instanceOf(RequestError);
  expect(error).to.include({ code: 'BAD_REQUEST' });
  return error.message;
};

describe('POST /ws-ticket body', () => {
  it('may be empty, or have audience, channel or both', () => {
    expect(ticketRequestOf({})).to.deep.equal({ audience: undefined, channel: undefined });
    expect(ticketRequestOf({ audience: 'chat' })).to.deep.equal({ audience: 'chat', channel: undefined });
    expect(ticketRequestOf({ channel: 'room' })).to.deep.equal({ audience: undefined, channel: 'room' });
    expect(ticketRequestOf({ audience: 'chat', channel: 'room' })).to.deep.equal({ audience: 'chat', channel: 'room' });
  });

  it('may have null for audience or channel, which means absent', () => {
    expect(ticketRequestOf({ audience: null, channel: null })).to.deep.equal({
      audience: undefined,
      channel: undefined,
    });
  });

  it('may have an audience of up to 128 characters and a channel of up to 256', () => {
    const longest = { audience: 'a'.repeat(128), channel: 'c'.repeat(256) };
    expect(ticketRequestOf(longest)).to.deep.equal(longest);
    expect(refused({ audience: 'a'.repeat(129) })).to.equal('"audience" must be a string of 1 to 128 characters');
    expect(refused({ channel: 'c'.repeat(257) })).to.equal('"channel" must be a string of 1 to 256 characters');
  });

  it('is limited in characters, not in UTF-8 bytes or UTF-16 units', () => {
    for (const character of ['é', '語', '😀']) {
      const longest = { audience: character.repeat(128), channel: character.repeat(256) };
      expect(ticketRequestOf(longest)).to.deep.equal(longest);
      expect(refused({ audience: character.repeat(129) })).to.match(/1 to 128 characters/);
      expect(refused({ channel: character.repeat(257) })).to.match(/1 to 256 characters/);
    }
  });

  it('is rejected with a lone surrogate, which UTF-8 cannot represent', () => {
    for (const half of ['\ud83d', 'room-\ude00', '\ude00\ud83d'])
      expect(refused({ channel: half })).to.match(/must be a string of 1 to/);
  });

  for (const name of ['audience', 'channel'])
    for (const value of ['', 0, 42, true, false, ['chat'], { name: 'chat' }])
      it(`is rejected with ${JSON.stringify(value)} as ${name}`, () => {
        expect(refused({ [name]: value })).to.match(new RegExp(`^"${name}" must be a string of 1 to`));
      });

  for (const name of ['audiance', 'Audience', 'ticket', '', 'constructor', 'toString', '__proto__'])
    it(`is rejected with the unknown member ${JSON.stringify(name)}, which is not echoed`, () => {
      const body: Record<string, unknown> = JSON.parse(`{"audience":"chat",${JSON.stringify(name)}:"hunter2"}`);
      expect(refused(body)).to.equal('The body may have "audience" and "channel", nothing else');
    });
});
