import { expect } from 'chai';
import { cidrList } from '../../../src/config/cidrs.ts';
import { InvalidValueError } from '../../../src/config/variable.ts';

describe('TRUSTED_PROXIES and FORWARD_AUTH_TRUSTED lists', () => {
  const cases: readonly (readonly [list: string, inside: readonly string[], outside: readonly string[]])[] = [
    ['192.0.2.7', ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:192.0.2.7'], ['192.0.2.8', '::192.0.2.7']],
    ['10.0.0.0/8', ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'], ['11.0.0.0', '9.255.255.255', '::1']],
    ['10.1.2.3/8', ['10.200.0.1'], ['11.0.0.1']],
    ['172.16.0.0/12 , 2001:db8::/32', ['172.31.0.1', '2001:db8:ffff::1'], ['172.32.0.1', '2001:db9::1']],
    ['fe80::/10', ['fe80::1%eth0', 'fe80::1'], ['fec0::1%eth0']],
    ['::1', ['::1', '0:0:0:0:0:0:0:1'], ['::2', '127.0.0.1']],
    ['0.0.0.0/0', ['192.0.2.7', '::ffff:10.0.0.1'], ['2001:db8::1']],
  ];
  for (const [list, inside, outside] of cases)
    it(`${list} contains ${inside.join(' and ')}, not ${outside.join(' and ')}`, () => {
      const { contains } = cidrList(list);
      expect(inside.filter((address) => !contains(address))).to.deep.equal([]);
      expect(outside.filter((address) => contains(address))).to.deep.equal([]);
    });

  it('contain nothing that is not an IP address', () => {
    const { contains } = cidrList('0.0.0.0/0, ::/0');
    for (const text of ['', 'unknown', '10.0.0.1:80', '[::1]', '10.0.0.1, 10.0.0.2', '::ffff:300.0.0.1'])
      expect(contains(text), text).to.equal(false);
  });

  for (const text of [
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.1-9',
    'localhost',
    '1.2.3.4,',
  ])
    it(`reject ${text}`, () => {
      expect(() => cidrList(text)).to.throw(InvalidValueError);
    });
});
