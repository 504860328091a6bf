import { BlockList, isIP, isIPv6 } from 'node:net';
import { listOf } from './parsers.ts';
import { InvalidValueError, type Parser } from './variable.ts';

/** A set of IPv4 and IPv6 addresses and networks. */
export interface Cidrs {
  /** Whether the set contains an address; an IPv4 address may have the form that a dual-stack socket reports. */
  contains(address: string): boolean;
}

interface Network {
  readonly address: string;
  readonly prefix: number;
}

const CIDR = /^([0-9a-fA-F.:]+)(?:\/(0|[1-9]\d{0,2}))?$/;
const BITS = { ipv4: 32, ipv6: 128 } as const;

const familyOf = (address: string): keyof typeof BITS => (isIPv6(address) ? 'ipv6' : 'ipv4');

const network: Parser<Network> = (text) => {
  const [, address = '', length] = CIDR.exec(text) ?? [];
  const bits = BITS[familyOf(address)];
  const prefix = Number(length ?? bits);
  if (isIP(address) === 0 || prefix > bits)
    throw new InvalidValueError(
      'comma-separated addresses and networks such as 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32',
    );
  return { address, prefix };
};

const networks = listOf(network);

/** A comma-separated list of addresses and networks. */
export const cidrList: Parser<Cidrs> = (text) => {
  const list = new BlockList();
  for (const { address, prefix } of networks(text)) list.addSubnet(address, prefix, familyOf(address));
  return {
    contains: (address) => {
      const plain = plainAddress(address);
      return isIP(plain) !== 0 && list.check(plain, familyOf(plain));
    },
  };
};

// RFC 4007, section 11: a link-local address ends with its zone. RFC 4291, section 2.5.5.2: `::ffff:` before IPv4.
/** An address without its zone, and an IPv4 address without the prefix that a dual-stack socket gives it; in lower case. */
export const plainAddress = (address: string): string =>
  address
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
