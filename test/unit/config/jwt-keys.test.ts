import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { algorithmsFor, hmacSecret, publicKeys } from '../../../src/config/jwt-keys.ts';
import { InvalidValueError } from '../../../src/config/variable.ts';
import { configOf, problemsOf } from '../../support/config.ts';
import { ecPrivateKey, ecPublicKey, ed25519PublicKey, rsaPssPublicKey, rsaPublicKey } from '../../support/key-pairs.ts';
import { thrownBy } from '../../support/rejection.ts';
import { createAuthority } from '../../support/tls.ts';

const refusal = (text: string): string => {
  const error = thrownBy(() => publicKeys(text));
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

const EXPECTED = 'RSA public keys of at least 2048 bits or EC public keys on P-256, in PEM';

describe('JWT_PUBLIC_KEY', () => {
  it('accepts an RSA key of 2,048 bits for RS256 and PS256', () => {
    expect(publicKeys(rsaPublicKey(2048)).map(algorithmsFor)).to.deep.equal([['RS256', 'PS256']]);
  });

  it('accepts an EC key on P-256 for ES256', () => {
    expect(publicKeys(ecPublicKey()).map(algorithmsFor)).to.deep.equal([['ES256']]);
  });

  it('accepts several keys and certificates, of any accepted kind, with text between them', async () => {
    const [first, second] = [ecPublicKey(), rsaPublicKey(2048)];
    const authority = await createAuthority();
    const certificate = await readFile(authority.caFile, 'utf8');
    await authority.remove();
    const keys = publicKeys(`# new\n${first}\n# old, until May\n${second}${certificate}`);
    const third = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' });
    expect(keys.map((key) => key.export({ type: 'spki', format: 'pem' }))).to.deep.equal([first, second, third]);
  });

  it('accepts the two characters \\n in place of line breaks', () => {
    const pem = `${ecPublicKey()}${ecPublicKey()}`;
    const escaped = pem.replaceAll('\n', '\\n');
    expect(escaped).to.not.include('\n');
    const [first, second, ...others] = publicKeys(escaped);
    expect([first, second].map((key) => key?.export({ type: 'spki', format: 'pem' })).join('')).to.equal(pem);
    expect(others).to.deep.equal([]);
  });

  const unusable: Readonly<Record<string, readonly [pem: () => string, why: string]>> = {
    'RSA of 1,024 bits': [() => rsaPublicKey(1024), 'is RSA of 1024 bits'],
    'an EC key on P-384': [() => ecPublicKey('P-384'), 'is on the curve secp384r1'],
    'an EC key on secp256k1': [() => ecPublicKey('secp256k1'), 'is on the curve secp256k1'],
    ed25519: [ed25519PublicKey, 'is of the kind ed25519'],
    'RSA restricted to PSS': [() => rsaPssPublicKey(2048), 'is of the kind rsa-pss'],
    'a private key (pkcs8)': [() => ecPrivateKey('pkcs8'), 'is a private key'],
    'a private key (sec1)': [() => ecPrivateKey('sec1'), 'is a private key'],
    'a certificate request': [
      () => '-----BEGIN CERTIFICATE REQUEST-----\nMA==\n-----END CERTIFICATE REQUEST-----\n',
      'is neither a public key nor a certificate',
    ],
    'a block that is no key': [
      () => '-----BEGIN PUBLIC KEY-----\naHVudGVyMg==\n-----END PUBLIC KEY-----\n',
      'cannot be read',
    ],
    'a key that is cut': [() => ecPublicKey().slice(0, 80), 'has no valid BEGIN and END line'],
    'a key without dashes': [() => ecPublicKey().replaceAll('-----', ''), 'has no valid BEGIN and END line'],
    'a key of SSH': [
      () => '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n',
      'has no valid BEGIN and END line',
    ],
  };
  for (const [what, [pem, why]] of Object.entries(unusable))
    it(`rejects ${what}, alone or as one of several blocks, and says which block and why`, () => {
      expect(refusal(pem())).to.equal(`${EXPECTED}; block 1 ${why}`);
      expect(refusal(`${ecPublicKey()}${pem()}`)).to.equal(`${EXPECTED}; block 2 ${why}`);
    });

  for (const text of ['junk', '{"kty":"EC"}'])
    it(`rejects ${JSON.stringify(text)}, which is not PEM`, () => {
      expect(refusal(text)).to.equal(`${EXPECTED}; found no PEM block`);
    });

  it('with keys of several kinds supports the algorithms of all, in JWT_ALGORITHMS, too', async () => {
    const env = { JWT_PUBLIC_KEY: `${ecPublicKey()}${rsaPublicKey(2048)}` };
    const { algorithms } = (await configOf({ JWT_SECRET: '', ...env, JWT_ALGORITHMS: 'ES256,PS256' })).jwt;
    expect(algorithms).to.deep.equal(['ES256', 'PS256']);
    expect(await problemsOf({ ...env, JWT_ALGORITHMS: 'HS256' })).to.deep.equal([
      { name: 'JWT_ALGORITHMS', problem: 'expected some of ES256, RS256, PS256, which the key supports' },
    ]);
  });
});
