import { expect } from 'chai';
import { RequestError } from '../../../../src/http/middleware/error-mapping.ts';
import { ticketRequestOf } from '../../../../src/http/routes/issue.ts';
import { thrownBy } from '../../../support/rejection.ts';

const NOTHING = { audience: undefined, channel: undefined, path: undefined };

const refused = (body: Readonly<Record<string, unknown>>): string => {
  const error = thrownBy(() => ticketRequestOf(body));
  expect(error).to.be.instanceOf(RequestError);
  expect(error).to.include({ code: 'BAD_REQUEST' });
  return error.message;
};

describe('POST /ws-ticket body', () => {
  it('may be empty, or have any of audience, channel and path', () => {
    expect(ticketRequestOf({})).to.deep.equal(NOTHING);
    for (const body of [{ audience: 'chat' }, { channel: 'room' }, { path: '/files/1' }])
      expect(ticketRequestOf(body)).to.deep.equal({ ...NOTHING, ...body });
    const all = { audience: 'chat', channel: 'room', path: '/files/1' };
    expect(ticketRequestOf(all)).to.deep.equal(all);
  });

  it('may have null for audience, channel or path, which means absent', () => {
    expect(ticketRequestOf({ audience: null, channel: null, path: null })).to.deep.equal(NOTHING);
  });

  it('may have an audience of up to 128 characters, a channel of up to 256 and a path of up to 1,024', () => {
    const longest = { audience: 'a'.repeat(128), channel: 'c'.repeat(256), path: `/${'p'.repeat(1023)}` };
    expect(ticketRequestOf(longest)).to.deep.equal(longest);
    expect(refused({ audience: 'a'.repeat(129) })).to.equal('"audience" must be a string of 1 to 128 characters');
    expect(refused({ channel: 'c'.repeat(257) })).to.equal('"channel" must be a string of 1 to 256 characters');
    expect(refused({ path: `/${'p'.repeat(1024)}` })).to.equal('"path" must be a string of 1 to 1024 characters');
  });

  for (const path of ['files/1', '/files/1?a=1', '//files', '/a/../b', '/a\\b', '/%2e%2e/b', '/a%2Fb', '/a%5cb', '/ü'])
    it(`is rejected with the path ${path}`, () => {
      expect(refused({ path })).to.match(/^"path" must be the path of a URL, as the browser sends it/);
    });

  it('is limited in characters, not in UTF-8 bytes or UTF-16 units', () => {
    for (const character of ['é', '語', '😀']) {
      const longest = { audience: character.repeat(128), channel: character.repeat(256) };
      expect(ticketRequestOf(longest)).to.deep.equal({ ...NOTHING, ...longest });
      expect(refused({ audience: character.repeat(129) })).to.match(/1 to 128 characters/);
      expect(refused({ channel: character.repeat(257) })).to.match(/1 to 256 characters/);
    }
  });

  it('is rejected with a lone surrogate, which UTF-8 cannot represent', () => {
    for (const half of ['\ud83d', 'room-\ude00', '\ude00\ud83d'])
      expect(refused({ channel: half })).to.match(/must be a string of 1 to/);
  });

  for (const name of ['audience', 'channel', 'path'])
    for (const value of ['', 0, 42, true, false, ['chat'], { name: 'chat' }])
      it(`is rejected with ${JSON.stringify(value)} as ${name}`, () => {
        expect(refused({ [name]: value })).to.match(new RegExp(`^"${name}" must be a string of 1 to`));
      });

  for (const name of ['audiance', 'Audience', 'ticket', '', 'constructor', 'toString', '__proto__'])
    it(`is rejected with the unknown member ${JSON.stringify(name)}, which is not echoed`, () => {
      const body: Record<string, unknown> = JSON.parse(`{"audience":"chat",${JSON.stringify(name)}:"hunter2"}`);
      expect(refused(body)).to.equal('The body may have "audience", "channel" and "path", nothing else');
    });
});
