import { expect } from 'chai';
import { ticketUrl } from '../../../src/client/ticket-url.ts';

describe('ticketd/client ticketUrl', () => {
  const addresses: Readonly<Record<string, string>> = {
    'https://files.test/a': 'https://files.test/a?ticket=wst_1',
    'https://files.test/a?b=1%20+2&c': 'https://files.test/a?b=1%20+2&c&ticket=wst_1',
    'https://files.test/a?b#page=2?x#y': 'https://files.test/a?b&ticket=wst_1#page=2?x#y',
    'https://files.test/a#ticket=7': 'https://files.test/a?ticket=wst_1#ticket=7',
    'https://files.test/a?myticket=7': 'https://files.test/a?myticket=7&ticket=wst_1',
    '/files/a': '/files/a?ticket=wst_1',
    '../a?b': '../a?b&ticket=wst_1',
    '': '?ticket=wst_1',
  };
  for (const [url, expected] of Object.entries(addresses))
    it(`makes ${expected} of "${url}"`, () => {
      expect(ticketUrl(url, 'wst_1')).to.equal(expected);
    });

  it('takes a URL, and encodes a ticket of any form', () => {
    const url = ticketUrl(new URL('https://files.test/a'), 'a+b&c=d#e');
    expect(new URL(url).searchParams.get('ticket')).to.equal('a+b&c=d#e');
  });

  for (const url of ['/a?ticket=old', 'https://files.test/a?b=1&ticket=', '/a?ticket=old#part'])
    it(`throws a TypeError for ${url}, which has a ticket`, () => {
      expect(() => ticketUrl(url, 'wst_1')).to.throw(TypeError, 'the address has a ticket');
    });
});
