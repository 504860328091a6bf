import { expect } from 'chai';
import { headerText } from '../../../../../src/http/routes/forward-auth/forward-auth.ts';

describe('forward-auth identity headers', () => {
  const cases: readonly (readonly [text: string | undefined, header: string])[] = [
    [undefined, ''],
    ['auth0|7f3a~', 'auth0|7f3a~'],
    ['!"#$&\'()*+,-./:;<=>?@[\\]^_`{|}~', '!"#$&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
    ['100%', '100%25'],
    ['%20', '%2520'],
    ['a b', 'a%20b'],
    ['\u0000\t\r\n\u007f', '%00%09%0D%0A%7F'],
    ['é€😀', '%C3%A9%E2%82%AC%F0%9F%98%80'],
  ];
  for (const [text, header] of cases)
    it(`encode ${JSON.stringify(text) ?? 'undefined'} as ${JSON.stringify(header)}`, () => {
      expect(headerText(text)).to.equal(header);
      expect(decodeURIComponent(header)).to.equal(text ?? '');
    });

  it('are well-formed when the text is not', () => {
    expect(headerText('\ud800')).to.equal('%EF%BF%BD');
  });
});
