import { randomBytes, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { algorithmsFor } from '../../../src/config/jwt-algorithms.ts';
import { publicKeys } from '../../../src/config/jwt-keys.ts';
import { secretKeyOf, secretKeysOf } from '../../../src/config/jwt-secrets.ts';
import { InvalidValueError } from '../../../src/config/variable.ts';
import { configOf, problemsOf } from '../../support/config.ts';
import {
  ecPrivateKey,
  ecPublicKey,
  ed448PublicKey,
  ed25519PublicKey,
  rsaPssPublicKey,
  rsaPublicKey,
} from '../../support/key-pairs.ts';
import { thrownBy } from '../../support/rejection.ts';
import { createAuthority } from '../../support/tls.ts';

const refusal = (text: string): string => {
  const error = thrownBy(() => publicKeys(text));
  expect(error).to.be.instanceOf(InvalidValueError);
  return error.message;
};

describe('JWT_SECRET', () => {
  it('rejects fewer than 32 bytes, counting bytes and not characters', () => {
    expect(thrownBy(() => secretKeyOf('x'.repeat(31), 'utf8'))).to.be.instanceOf(InvalidValueError);
    expect(secretKeyOf('ü'.repeat(16), 'utf8').symmetricKeySize).to.equal(32);
  });

  for (const [bytes, algorithms] of [
    [32, ['HS256']],
    [47, ['HS256']],
    [48, ['HS256', 'HS384']],
    [63, ['HS256', 'HS384']],
    [64, ['HS256', 'HS384', 'HS512']],
  ] as const)
    it(`of ${bytes} bytes is for ${algorithms.join(', ')} (RFC 7518, 3.2)`, () => {
      expect(algorithmsFor(secretKeyOf('x'.repeat(bytes), 'utf8'))).to.deep.equal(algorithms);
    });

  it('accepts a list for rotation, keeps its order and trims each secret', async () => {
    const [older, newer] = ['o'.repeat(32), 'n'.repeat(32)];
    expect((await configOf({ JWT_SECRET: `${newer}, ${older} ` })).jwt.secrets).to.deep.equal([newer, older]);
  });

  for (const encoding of ['base64', 'base64url', 'hex'] as const)
    it(`is decoded from ${encoding}, as JWT_SECRET_ENCODING has it, and its length counted after that`, async () => {
      const [first, second] = [randomBytes(32), randomBytes(49)];
      const text = [first, second].map((bytes) => bytes.toString(encoding)).join();
      const { jwt } = await configOf({ JWT_SECRET: text, JWT_SECRET_ENCODING: encoding });
      expect(secretKeysOf(jwt).map((key) => key.export().equals(first) || key.export().equals(second))).to.deep.equal([
        true,
        true,
      ]);
      const short = randomBytes(31).toString(encoding);
      expect(await problemsOf({ JWT_SECRET: short, JWT_SECRET_ENCODING: encoding })).to.deep.equal([
        {
          name: 'JWT_SECRET',
          problem: `expected at least 32 bytes in each of the comma-separated secrets, decoded from ${encoding} (RFC 7518, 3.2)`,
        },
      ]);
      expect(await problemsOf({ JWT_SECRET: `${'ab'.repeat(40)}!`, JWT_SECRET_ENCODING: encoding })).to.deep.equal([
        {
          name: 'JWT_SECRET',
          problem: `expected ${encoding} in each of the comma-separated secrets, as JWT_SECRET_ENCODING has it`,
        },
      ]);
    });
});

const EXPECTED = 'public keys in PEM: RSA of at least 2048 bits, EC on P-256, P-384 or P-521, or Ed25519';

describe('JWT_PUBLIC_KEY', () => {
  for (const [what, pem, algorithms] of [
    ['RSA of 2,048 bits', () => rsaPublicKey(2048), ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    ['EC on P-256', () => ecPublicKey(), ['ES256']],
    ['EC on P-384', () => ecPublicKey('P-384'), ['ES384']],
    ['EC on P-521', () => ecPublicKey('P-521'), ['ES512']],
    ['Ed25519', ed25519PublicKey, ['EdDSA']],
  ] as const)
    it(`accepts ${what} for ${algorithms.join(', ')}, in PEM or in base64 of it`, () => {
      const text = pem();
      const inBase64 = Buffer.from(text).toString('base64');
      for (const form of [text, inBase64, inBase64.replaceAll(/.{76}/g, '$&\n')])
        expect(publicKeys(form).map(algorithmsFor)).to.deep.equal([algorithms]);
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
    'an EC key on secp256k1': [() => ecPublicKey('secp256k1'), 'is on the curve secp256k1'],
    'an Ed448 key': [ed448PublicKey, 'is of the kind ed448'],
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
      {
        name: 'JWT_ALGORITHMS',
        problem: 'expected some of ES256, RS256, RS384, RS512, PS256, PS384, PS512, which the keys support',
      },
    ]);
  });
});
