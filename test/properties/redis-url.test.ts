import { expect } from 'chai';
import { endpointOf, type RedisTarget, redisUrl } from '../../src/config/redis-url.ts';
import { InvalidValueError } from '../../src/config/variable.ts';
import { address, fc, ipv4, ipv6, textOf, thrownBy, wellFormed } from '../support/property.ts';

// What a URL's host parser reads as a number, or as a name with an encoding of its own, is left to the examples.
const label = fc.stringMatching(/^[a-z]([a-z0-9]{0,8}[a-z])?$/).filter((text) => !text.startsWith('xn'));
const hostName = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
const host = fc.oneof(hostName, ipv4, ipv6.map(canonical));
const server = fc.record({ host, port: fc.integer({ min: 1, max: 65_535 }) });

function canonical(ip: string): string {
  return new URL(`http://[${ip}]`).hostname.slice(1, -1);
}

const CANARY = 'hunter2';
const credentials = fc.record({
  username: fc.option(wellFormed({ minLength: 1 }), { nil: undefined }),
  password: fc.option(
    wellFormed().map((text) => CANARY + text),
    { nil: undefined },
  ),
});

const scheme = fc.constantFrom('redis', 'rediss', 'REDIS', 'REDISS', 'Rediss');

interface Parts {
  readonly scheme: string;
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  readonly credentials: { readonly username: string | undefined; readonly password: string | undefined };
  readonly database: number;
  readonly schemeEverywhere: boolean;
}

const parts: fc.Arbitrary<Parts> = fc.record({
  scheme,
  servers: fc.array(server, { minLength: 1, maxLength: 4 }),
  credentials,
  database: fc.nat(99_999),
  schemeEverywhere: fc.boolean(),
});

const inBrackets = (name: string): string => (name.includes(':') ? `[${name}]` : name);

const urlOf = ({ scheme, servers, credentials: { username, password }, database, schemeEverywhere }: Parts): string => {
  const user = username === undefined ? '' : encodeURIComponent(username);
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  const at = user + secret === '' ? '' : `${user}${secret}@`;
  const [first = '', ...others] = servers.map(({ host, port }) => `${inBrackets(host)}:${port}`);
  const rest = others.map((other) => (schemeEverywhere ? `${scheme}://${other}` : other));
  return [`${scheme}://${at}${first}/${database}`, ...rest].join(',');
};

const targetOf = ({ scheme, servers, credentials: { username, password }, database }: Parts): RedisTarget => ({
  kind: 'server',
  tls: scheme.toLowerCase() === 'rediss',
  servers: servers as [Parts['servers'][number], ...Parts['servers'][number][]],
  database,
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
});

describe('REDIS_URL', () => {
  it('parses to the parts it was built from, whatever is percent-encoded', () => {
    fc.assert(
      fc.property(parts, (given) => {
        expect(redisUrl(urlOf(given))).to.deep.equal(targetOf(given));
      }),
    );
  });

  it('is logged without credentials, in a form that parses to the same servers', () => {
    fc.assert(
      fc.property(parts, (given) => {
        const target = redisUrl(urlOf(given));
        const endpoint = endpointOf(target);
        expect(endpoint).not.to.include(CANARY).and.not.to.include('@');
        const { credentials: _, ...rest } = given;
        expect(redisUrl(endpoint)).to.deep.equal(
          targetOf({ ...rest, credentials: { username: undefined, password: undefined } }),
        );
      }),
    );
  });

  it('parses or refuses arbitrary text and never quotes the password', () => {
    const words = [
      ...['redis', 'rediss', 'memory', '://', ':', '@', '/', '%', '%40', '%zz', '%00', '?', '#', ',', '[', ']', '::1'],
      ...['127.0.0.1', 'host', '6379', '65536', '0', '00', '-1', 'a=b', ' ', '\t', '\n', 'é', '\u202e', CANARY],
    ];
    fc.assert(
      fc.property(textOf(...words), (text) => {
        const refusal = thrownBy(() => redisUrl(text), InvalidValueError);
        expect(refusal?.message ?? '').not.to.include(CANARY);
        if (refusal === undefined) endpointOf(redisUrl(text));
      }),
    );
  });

  it('parses its own logged form to the same servers, and refuses ports out of range', () => {
    fc.assert(
      fc.property(scheme, address, fc.nat(70_000), (prefix, ip, port) => {
        const text = `${prefix}://${inBrackets(ip)}:${port}`;
        const again = () => redisUrl(text);
        if (port === 0 || port > 65_535) expect(thrownBy(again, InvalidValueError)).to.be.instanceOf(InvalidValueError);
        else expect(again()).to.deep.equal(redisUrl(endpointOf(again())));
      }),
    );
  });
});
