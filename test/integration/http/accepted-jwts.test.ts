import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { refusalFor, ticketFor } from '../../support/accepted-jwt.ts';
import { signedByHand } from '../../support/forged-jwt.ts';
import { token, usualClaims } from '../../support/jwt.ts';
import { ecKey, edKey, type KeyAlgorithm, rsaKey, type SigningKey } from '../../support/signing-key.ts';

const pem = ({ publicKey }: SigningKey): string => publicKey.export({ type: 'spki', format: 'pem' }).toString();
const rsa = rsaKey('rsa');
const keys: Readonly<Record<KeyAlgorithm, SigningKey>> = {
  ...{ RS256: rsa, RS384: rsa, RS512: rsa, PS256: rsa, PS384: rsa, PS512: rsa },
  ...{ ES256: ecKey('256'), ES384: ecKey('384', 'ES384'), ES512: ecKey('521', 'ES512') },
  EdDSA: edKey('ed'),
};
const bytes = randomBytes(64);
const withNumber = (text: string) =>
  signedByHand(JSON.stringify({ ...usualClaims(), user_id: 'NUMBER' }).replace('"NUMBER"', text));

describe('POST /ws-ticket', () => {
  for (const [alg, key] of Object.entries(keys))
    it(`issues a ticket for a JWT signed with ${alg}`, async () => {
      const jwt = key.sign({}, alg as KeyAlgorithm);
      expect(await ticketFor({ JWT_SECRET: '', JWT_PUBLIC_KEY: pem(key) }, jwt)).to.include({ subject: 'alice' });
    });

  for (const algorithm of ['HS256', 'HS384', 'HS512'] as const)
    it(`issues a ticket for a JWT signed with ${algorithm} and a secret that is long enough`, async () => {
      const jwt = token({}, { secret: 'x'.repeat(64), algorithm });
      expect(await ticketFor({ JWT_SECRET: 'x'.repeat(64) }, jwt)).to.include({ subject: 'alice' });
    });

  for (const encoding of ['base64', 'base64url', 'hex'] as const)
    it(`issues a ticket for a JWT signed with the bytes of a secret in ${encoding}`, async () => {
      const env = { JWT_SECRET: bytes.toString(encoding), JWT_SECRET_ENCODING: encoding };
      expect(await ticketFor(env, token({}, { secret: bytes, algorithm: 'HS512' }))).to.include({ subject: 'alice' });
    });

  for (const [claim, env] of [
    [{ client_id: 'web' }, { JWT_CLIENT_ID: 'app, web' }],
    [
      { azp: 'web', aud: 'b' },
      { JWT_CLIENT_ID: 'web', JWT_AUDIENCE: 'a, b' },
    ],
    [{ iss: 'https://b.example' }, { JWT_ISSUER: 'https://a.example, https://b.example' }],
    [{ user_id: 'alice', sub: 'client' }, { JWT_SUBJECT_CLAIM: 'user_id' }],
  ] as const)
    it(`issues a ticket for a JWT with ${JSON.stringify(claim)} when ${JSON.stringify(env)} is set`, async () => {
      expect(await ticketFor(env, token(claim))).to.include({ subject: 'alice' });
    });

  for (const text of ['7', '0', '-7', '9007199254740991', '-9007199254740991'])
    it(`issues a ticket to the subject "${text}" for a JWT whose subject is that integer`, async () => {
      expect(await ticketFor({ JWT_SUBJECT_CLAIM: 'user_id' }, withNumber(text))).to.include({ subject: text });
    });

  for (const text of ['9007199254740993', '9007199254740992', '-9007199254740992', '9007199254740990.5', '7.0', '1e3'])
    it(`refuses a JWT whose subject is ${text}, which is another user when it is rounded`, async () => {
      expect(await refusalFor({ JWT_SUBJECT_CLAIM: 'user_id' }, withNumber(text))).to.deep.equal({
        reason: 'claims',
        detail: 'user_id must be a string of 1 to 1,024 characters or an integer from -(2^53-1) to 2^53-1',
      });
    });

  for (const [what, env, jwt, reason, detail] of [
    [
      'without the claim of JWT_SUBJECT_CLAIM, though it has sub',
      { JWT_SUBJECT_CLAIM: 'user_id' },
      () => token(),
      'claims',
      /^it has no user_id, so it is for no user/,
    ],
    [
      'of another client',
      { JWT_CLIENT_ID: 'web, app' },
      () => token({ client_id: 'Web', azp: 'other' }),
      'client',
      /^neither its client_id nor its azp is JWT_CLIENT_ID: expected one of "web", "app", found "Web"; they differ in upper and lower case$/,
    ],
    ['of no client', { JWT_CLIENT_ID: 'web' }, () => token({ aud: 'app' }), 'client', /: expected "web", found none$/],
    [
      'of none of the audiences',
      { JWT_AUDIENCE: 'a, b' },
      () => token({ aud: ['c', 'a,b'] }),
      'audience',
      /: expected one of "a", "b", found "c", "a,b"$/,
    ],
    [
      'whose typ is JWT when JWT_TYPE is at+jwt',
      { JWT_TYPE: 'at+jwt' },
      () => token(),
      'type',
      /^its typ is not at\+jwt, which JWT_TYPE demands: it may be an ID token$/,
    ],
    ['with cnf', {}, () => token({ cnf: { jkt: 'x' } }), 'claims', /^it has cnf: it is bound to a key/],
    ['with events', {}, () => token({ events: {} }), 'type', /^it has events: it is a logout token/],
    [
      'signed with the text of a secret that is base64',
      { JWT_SECRET: bytes.toString('base64'), JWT_SECRET_ENCODING: 'base64' },
      () => token({}, { secret: bytes.toString('base64') }),
      'signature',
      /^its signature fits JWT_SECRET as the text that it is; set JWT_SECRET_ENCODING=utf8$/,
    ],
    [
      'signed with the bytes of a secret in hex',
      { JWT_SECRET: bytes.toString('hex') },
      () => token({}, { secret: bytes, algorithm: 'HS512' }),
      'signature',
      /^its signature fits JWT_SECRET decoded from hex; set JWT_SECRET_ENCODING=hex$/,
    ],
  ] as const)
    it(`refuses a JWT ${what}, with the reason for the log`, async () => {
      const refusal = await refusalFor(env, jwt());
      expect(refusal.reason).to.equal(reason);
      expect(refusal.detail).to.match(detail);
    });

  it('issues a ticket for an access token when JWT_TYPE is at+jwt', async () => {
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt']) {
      const jwt = token({}, { header: { alg: 'HS256', typ } });
      expect(await ticketFor({ JWT_TYPE: 'at+jwt' }, jwt)).to.include({ subject: 'alice' });
    }
  });
});
