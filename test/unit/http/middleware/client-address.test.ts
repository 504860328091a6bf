import { expect } from 'chai';
import { cidrList } from '../../../../src/config/cidrs.ts';
import { addressOf } from '../../../../src/http/middleware/client-address.ts';

const trusted = cidrList('10.0.0.0/8, 2001:db8:1::/48');

type Case = readonly [what: string, peer: string, forwardedFor: string, address: string];

const cases: readonly Case[] = [
  ['the peer when there is no header', '10.0.0.1', '', '10.0.0.1'],
  ['the peer when the peer is not a trusted proxy, whatever its header says', '192.0.2.7', '198.51.100.1', '192.0.2.7'],
  ['the address that a trusted peer reports', '10.0.0.1', '192.0.2.7', '192.0.2.7'],
  ['the last untrusted address, not one that the client prepended', '10.0.0.1', '1.1.1.1, 192.0.2.7', '192.0.2.7'],
  ['the address before a chain of trusted proxies', '10.0.0.1', '1.1.1.1, 192.0.2.7, 10.9.9.9 ,10.0.0.2', '192.0.2.7'],
  ['the first address when all are trusted', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['the nearest proxy when its entry is not an address', '10.0.0.1', '192.0.2.7, unknown', '10.0.0.1'],
  ['the nearest proxy when its entry is empty', '10.0.0.1', '192.0.2.7,', '10.0.0.1'],
  ['the last valid address when an earlier one is malformed', '10.0.0.1', '192.0.2.7, 999.1.1.1, 10.0.0.2', '10.0.0.2'],
  ['an IPv4 address without its port', '10.0.0.1', '192.0.2.7:4711', '192.0.2.7'],
  ['an IPv6 address without brackets', '10.0.0.1', '[2001:DB8::7]', '2001:db8::7'],
  ['an IPv6 address without brackets and port', '10.0.0.1', '[2001:db8::7]:4711', '2001:db8::7'],
  ['an IPv6 address that ends like a port', '10.0.0.1', '2001:db8::8080', '2001:db8::8080'],
  ['an IPv6 address without its zone', '10.0.0.1', 'fe80::1%eth0, 10.0.0.2', 'fe80::1'],
  ['an IPv6 address without brackets and zone', '10.0.0.1', '[fe80::1%br-7]:1', 'fe80::1'],
  [
    'the address that a trusted IPv6 proxy reports',
    '2001:db8:1::5',
    '2001:db8:2::7, [2001:db8:1::6]:9',
    '2001:db8:2::7',
  ],
  ['an IPv4 peer of a dual-stack socket', '::ffff:192.0.2.7', '198.51.100.1', '192.0.2.7'],
  [
    'the address that a trusted peer of a dual-stack socket reports',
    '::ffff:10.0.0.1',
    '::FFFF:192.0.2.7',
    '192.0.2.7',
  ],
];

describe('client address (X-Forwarded-For)', () => {
  for (const [what, peer, forwardedFor, address] of cases)
    it(`is ${what}`, () => {
      expect(addressOf(peer, forwardedFor, trusted)).to.equal(address);
    });

  it('is the peer when no proxy is trusted', () => {
    expect(addressOf('10.0.0.1', '192.0.2.7')).to.equal('10.0.0.1');
  });

  it('is never text that is not an address', () => {
    for (const hop of [
      'a',
      '"192.0.2.7"',
      '1.2.3',
      '[192.0.2.7',
      '192.0.2.7:port',
      '192.0.2.7:123456',
      '_hidden',
      '::g',
      '',
    ])
      expect(addressOf('10.0.0.1', hop, trusted), hop).to.equal('10.0.0.1');
  });
});
