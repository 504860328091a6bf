import { isIP } from 'node:net';
import { expect } from 'chai';
import { cidrList } from '../../src/config/cidrs.ts';
import { InvalidValueError } from '../../src/config/variable.ts';
import { addressOf } from '../../src/http/middleware/client-address.ts';
import { address, fc, ipv4, ipv6, textOf, thrownBy } from '../support/property.ts';

const trusted = cidrList('10.0.0.0/8, 2001:db8::/32');
const proxy = fc.oneof(
  fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map((bytes) => `10.${bytes.join('.')}`),
  fc.nat(0xfffe).map((group) => `2001:db8::${(group + 1).toString(16)}`),
);
const stranger = fc.oneof(
  ipv4.filter((ip) => !ip.startsWith('10.')),
  fc.nat(0xfffe).map((group) => `2001:db9::${(group + 1).toString(16)}`),
);
const claims = textOf(
  '1.2.3.4',
  '10.0.0.1',
  '::1',
  '[::1]:80',
  ',',
  ' ',
  'unknown',
  '_hidden',
  '"',
  '999.1.1.1',
  '%eth0',
);

/** The ways in which a proxy may write an address. */
const written = (ip: string, port: number): string => {
  if (port === 0) return ip;
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
};

describe('client address', () => {
  it('is the address of the connection when no proxy is trusted, whatever X-Forwarded-For contains', () => {
    fc.assert(
      fc.property(stranger, claims, (peer, header) => {
        expect(addressOf(peer, header, trusted)).to.equal(peer);
        expect(addressOf(peer, header)).to.equal(peer);
      }),
    );
  });

  it('is the address that the outermost trusted proxy saw, whatever the client sent', () => {
    const chain = fc.tuple(stranger, fc.array(proxy, { minLength: 1, maxLength: 4 }), claims, fc.nat(65_535));
    fc.assert(
      fc.property(chain, ([client, proxies, claimed, port]) => {
        const [peer = '', ...hops] = proxies;
        const header = [claimed, written(client, port), ...hops.toReversed()].join(', ');
        expect(addressOf(peer, header, trusted)).to.equal(client);
      }),
    );
  });

  it('is a valid IP address, whatever X-Forwarded-For contains', () => {
    fc.assert(
      fc.property(proxy, claims, (peer, header) => {
        expect(isIP(addressOf(peer, header, trusted))).to.be.above(0);
      }),
    );
  });
});

const bitsOf = (ip: string): bigint => {
  const groups = ip.includes(':') ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip;
  if (!groups.includes(':')) return ip.split('.').reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
  const [head = '', tail] = groups.split('::');
  const [left, right] = [head, tail ?? ''].map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array.from(
    { length: tail === undefined ? 0 : 8 - (left?.length ?? 0) - (right?.length ?? 0) },
    () => '0',
  );
  return [...(left ?? []), ...zeros, ...(right ?? [])].reduce(
    (bits, group) => (bits << 16n) | BigInt(`0x${group}`),
    0n,
  );
};

describe('CIDR list', () => {
  for (const [family, ip, length] of [
    ['IPv4', ipv4, 32],
    ['IPv6', ipv6.filter((text) => !/\d+\.\d+/.test(text)), 128],
  ] as const)
    it(`contains exactly the ${family} addresses with its prefix`, () => {
      // Half of the cases use the same address: two random ones rarely share a prefix.
      fc.assert(
        fc.property(ip, ip, fc.integer({ min: 0, max: length }), fc.boolean(), (base, other, prefix, near) => {
          const shift = BigInt(length - prefix);
          const candidate = near ? base : other;
          const same = bitsOf(base) >> shift === bitsOf(candidate) >> shift;
          expect(cidrList(`${base}/${prefix}`).contains(candidate)).to.equal(same);
        }),
      );
    });

  it('contains its own address and checks arbitrary text without throwing', () => {
    fc.assert(
      fc.property(address, claims, (base, text) => {
        const list = cidrList(base);
        expect(list.contains(base)).to.equal(true);
        expect(list.contains(text)).to.be.a('boolean');
      }),
    );
  });

  it('refuses arbitrary text, or contains each address in it', () => {
    const outcomes = { read: 0, refused: 0 };
    fc.assert(
      fc.property(textOf('10.0.0.0', '/', '8', '32', '129', '::', 'fe80', ':', ',', ' ', '-1', '/08', '.'), (text) => {
        const refused = thrownBy(() => cidrList(text), InvalidValueError) !== undefined;
        outcomes[refused ? 'refused' : 'read'] += 1;
        if (refused) return;
        for (const [base = ''] of text.split(',').map((network) => network.trim().split('/')))
          expect(cidrList(text).contains(base), text).to.equal(true);
      }),
    );
    for (const count of Object.values(outcomes)) expect(count).to.be.above(0);
  });
});
