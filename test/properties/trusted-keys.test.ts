import { createSecretKey } from 'node:crypto';
import { expect } from 'chai';
import { fixedKeys } from '../../src/auth/key-source.ts';
import { createTrustedKeys } from '../../src/auth/trusted-keys.ts';
import { SECRET } from '../support/jwt.ts';
import { CASES, fc } from '../support/property.ts';

const KEY = createSecretKey(Buffer.from(SECRET));

describe('trusted keys', () => {
  const issuers = ['https://a.example', 'https://a.example/', 'https://b.example/tenant', '__proto__', 'toString'];
  const sources = new Map(issuers.map((issuer) => [issuer, fixedKeys([KEY], ['HS256'])]));
  const others = fixedKeys([KEY], ['HS256']);
  const { trustFor } = createTrustedKeys({ sources: [others], expected: ['https://c.example'], issuers: sources });

  it('verify a JWT with the keys of exactly the issuer that it names, and any other JWT with none of theirs', () => {
    const near = fc
      .tuple(fc.constantFrom(...issuers), fc.constantFrom('', '/', ' ', '#', '?', '\0', '.'), fc.boolean())
      .map(([issuer, end, isUpper]) => `${isUpper ? issuer.toUpperCase() : issuer}${end}`);
    const iss = fc.oneof(
      { weight: 3, arbitrary: near },
      near.map((one): unknown => [one]),
      fc.constantFrom('constructor', 'https://c.example', undefined),
      fc.jsonValue({ maxDepth: 1 }),
    );
    let own = 0;
    fc.assert(
      fc.property(iss, (value) => {
        const trust = trustFor('HS256', { iss: value });
        const source = issuers.some((issuer) => issuer === value) ? sources.get(String(value)) : undefined;
        if (source !== undefined) own += 1;
        expect(trust.sources).to.have.lengthOf(1);
        expect(trust.sources[0]).to.equal(source ?? others);
        expect(trust.issuers).to.deep.equal([source === undefined ? 'https://c.example' : value]);
      }),
    );
    expect(own, 'of the cases were of an issuer').to.be.above(CASES / 200);
  });
});
