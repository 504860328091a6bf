import { expect } from 'chai';
import { algorithmsFor, hmacSecret, publicKey } from '../../../src/config/jwt-keys.ts';
import { InvalidValueError } from '../../../src/config/variable.ts';
import { configOf } from '../../support/config.ts';
import { ecPrivateKey, ecPublicKey, ed25519PublicKey, rsaPssPublicKey, rsaPublicKey } from '../../support/key-pairs.ts';
import { thrownBy } from '../../support/rejection.ts';

const refusal = (text: string): string => {
  const error = thrownBy(() => publicKey(text));
  expect(error).to.be.instanceOf(InvalidValueError);
  return error.message;
};

describe('JWT_SECRET', () => {
  it('rejects fewer than 32 bytes, counting bytes and not characters', () => {
    expect(thrownBy(() => hmacSecret('x'.repeat(31)))).to.be.instanceOf(InvalidValueError);
    expect(algorithmsFor(hmacSecret('x'.repeat(32)))).to.deep.equal(['HS256']);
    expect(hmacSecret('ü'.repeat(16)).symmetricKeySize).to.equal(32);
  });

  it('accepts a list for rotation, keeps its order and trims each secret', async () => {
    const [older, newer] = ['o'.repeat(32), 'n'.repeat(32)];
    const { secrets } = (await configOf({ JWT_SECRET: `${newer}, ${older} ` })).jwt;
    expect(secrets?.map((key) => key.export().toString())).to.deep.equal([newer, older]);
  });
});

describe('JWT_PUBLIC_KEY', () => {
  it('accepts an RSA key of 2,048 bits for RS256 and PS256', () => {
    expect(algorithmsFor(publicKey(rsaPublicKey(2048)))).to.deep.equal(['RS256', 'PS256']);
  });

  it('accepts an EC key on P-256 for ES256', () => {
    expect(algorithmsFor(publicKey(ecPublicKey()))).to.deep.equal(['ES256']);
  });

  it('accepts the two characters \\n in place of line breaks', () => {
    const pem = ecPublicKey();
    const escaped = pem.replaceAll('\n', '\\n');
    expect(escaped).to.not.include('\n');
    expect(publicKey(escaped).equals(publicKey(pem))).to.equal(true);
  });

  const weak: Readonly<Record<string, () => string>> = {
    'RSA of 1,024 bits': () => rsaPublicKey(1024),
    'an EC key on P-384': () => ecPublicKey('P-384'),
    'an EC key on secp256k1': () => ecPublicKey('secp256k1'),
    ed25519: ed25519PublicKey,
    'RSA restricted to PSS': () => rsaPssPublicKey(2048),
  };
  for (const [what, key] of Object.entries(weak))
    it(`rejects ${what} and names the accepted kinds of keys`, () => {
      expect(refusal(key())).to.equal('an RSA key of at least 2048 bits or an EC key on P-256, as a PEM public key');
    });

  for (const type of ['pkcs8', 'sec1'] as const)
    it(`rejects a private key (${type})`, () => {
      expect(refusal(ecPrivateKey(type))).to.equal('a public key in PEM, not a private one');
    });

  for (const text of ['junk', '-----BEGIN PUBLIC KEY-----', ecPublicKey().slice(0, 80), '{"kty":"EC"}'])
    it(`rejects ${JSON.stringify(text.slice(0, 40))}, which is not valid PEM`, () => {
      expect(refusal(text)).to.equal('a public key or certificate in PEM');
    });
});
