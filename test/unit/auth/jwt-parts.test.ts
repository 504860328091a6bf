import { expect } from 'chai';
import { joseHeaderReader } from '../../../src/auth/jwt-parts.ts';
import { signedByHand } from '../../support/forged-jwt.ts';
import { token } from '../../support/jwt.ts';
import { thrownBy } from '../../support/rejection.ts';

const encode = (text: string | Buffer): string => Buffer.from(text).toString('base64url');
const [, PAYLOAD, SIGNATURE] = token().split('.');
const withHeader = (header: string | Buffer) => `${encode(header)}.${PAYLOAD}.${SIGNATURE}`;
const withMembers = (members: Readonly<Record<string, unknown>>) =>
  withHeader(JSON.stringify({ alg: 'HS256', ...members }));

const headerOf = joseHeaderReader(['HS256']);
const reason = (jwt: string) => thrownBy(() => headerOf(jwt)).message;

describe('JWT header', () => {
  it('has the alg, and the kid if there is one', () => {
    expect(headerOf(token())).to.deep.equal({ alg: 'HS256', kid: undefined });
    expect(headerOf(withMembers({ kid: 'key 1' }))).to.deep.equal({ alg: 'HS256', kid: 'key 1' });
    expect(headerOf(withMembers({ kid: 'schlüssel' }))).to.have.property('kid', 'schlüssel');
  });

  it('has the thumbprints if there is no kid', () => {
    const x5t = { x5t: 'one', 'x5t#S256': 'two' };
    expect(headerOf(withMembers(x5t))).to.deep.equal({ alg: 'HS256', kid: undefined, thumbprints: ['two', 'one'] });
    expect(headerOf(withMembers({ x5t: 'one', 'x5t#S256': 7 })).thumbprints).to.deep.equal(['one']);
    expect(headerOf(withMembers({ ...x5t, kid: 'a' }))).to.deep.equal({ alg: 'HS256', kid: 'a' });
  });

  it('is read from each JWT, whatever the header of the JWT before', () => {
    const ids = ['a', 'b', 'b', 'a', undefined, 'a'];
    expect(ids.map((kid) => headerOf(withMembers({ kid })).kid)).to.deep.equal(ids);
    expect(reason(withMembers({ kid: 1 }))).to.equal('its kid is not a string');
    expect(headerOf(withMembers({ kid: 'a' })).kid).to.equal('a');
    expect(reason(withMembers({ kid: 1 }))).to.equal('its kid is not a string');
  });

  for (const typ of ['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/JWT'])
    it(`is accepted with the typ ${typ}`, () => {
      expect(headerOf(withMembers({ typ })).alg).to.equal('HS256');
    });

  for (const typ of [
    'dpop+jwt',
    'logout+jwt',
    'secevent+jwt',
    'id_token+jwt',
    'application/application/jwt',
    'JWS',
    'JOSE',
    '',
    7,
    null,
  ])
    it(`is rejected with the typ ${JSON.stringify(typ)}`, () => {
      expect(reason(withMembers({ typ }))).to.equal('its typ is that of another kind of token');
    });

  for (const members of [{ crit: ['exp'] }, { crit: [] }, { crit: null }, { b64: false }, { b64: true, crit: ['b64'] }])
    it(`is rejected with the extension ${JSON.stringify(members)}`, () => {
      expect(reason(withMembers(members))).to.equal('its header demands an extension');
    });

  for (const alg of ['none', 'None', 'HS512', 'RS256', 'hs256', '', null, 1, ['HS256'], undefined])
    it(`is rejected with the alg ${JSON.stringify(alg)} when only HS256 is allowed`, () => {
      const name = ['none', 'HS512', 'RS256'].find((registered) => registered === alg) ?? 'not a registered name';
      const remedy = {
        HS512: '; JWT_SECRET is too short for it, or JWT_ALGORITHMS excludes it',
        RS256:
          '; it is signed with a private key: none of JWT_ISSUERS, JWT_JWKS_URL and JWT_PUBLIC_KEY is set, or JWT_ALGORITHMS excludes it',
      }[name];
      expect(reason(withMembers({ alg }))).to.equal(`its alg is ${name}; allowed are HS256${remedy ?? ''}`);
    });

  for (const [allowed, alg, remedy] of [
    [['RS256'], 'HS256', 'it is signed with a secret: JWT_SECRET is not set, or JWT_ALGORITHMS excludes it'],
    [['RS256', 'ES256'], 'ES384', 'no key is for it, or JWT_ALGORITHMS excludes it'],
    [['EdDSA'], 'Ed448', undefined],
  ] as const)
    it(`is rejected with the alg ${alg} when only ${allowed} are allowed, with what to do`, () => {
      const read = joseHeaderReader(allowed);
      const detail = `its alg is ${alg}; allowed are ${allowed.join(', ')}${remedy === undefined ? '' : `; ${remedy}`}`;
      expect(thrownBy(() => read(signedByHand({}, { header: { alg } }))).message).to.equal(detail);
    });

  for (const kid of [1, null, ['a'], { a: 1 }])
    it(`is rejected with the kid ${JSON.stringify(kid)}, which is not a string`, () => {
      expect(reason(withMembers({ kid }))).to.equal('its kid is not a string');
    });

  for (const header of ['[]', 'null', '"HS256"', '7', '{"alg":"HS256"', '{}{}', Buffer.from([0x7b, 0xff, 0x7d])])
    it(`is rejected when it is ${JSON.stringify(String(header))}`, () => {
      expect(reason(withHeader(header))).to.match(/^its header is not a JSON object$/);
    });

  for (const jwt of [
    '',
    'a',
    'a.b',
    '..',
    'a..c',
    '.b.c',
    'a.b.c.d',
    'a.b.c.d.e',
    'YWI=.YWI.YWI',
    'YW I.YWI.YWI',
    'YWI.YWI.YWJ',
    'A.A.A',
    'YW/I.YWI.YWI',
    'YWI.YW.YWI',
    'YWIAA.YWI.YWI',
    'YWI.YWI.YWIAAx',
  ])
    it(`is not read from the malformed JWT ${JSON.stringify(jwt)}`, () => {
      expect(reason(jwt)).to.match(/^it is not three parts in base64url/);
    });

  for (const [jwt, form] of [
    ['opaque', 'it has no dots, as an opaque token: request a token for your API'],
    ['a.b.c.d.e', 'it has five, as an encrypted token (RFC 7516)'],
    [`Bearer ${token()}`, 'it begins with "Bearer"'],
    [`"${token()}"`, 'it begins with a quote'],
  ] as const)
    it(`is not read from ${form.replace(/^it (has|begins)/, 'a text that $1')}, with that reason`, () => {
      expect(reason(jwt)).to.equal(`it is not three parts in base64url: ${form}`);
    });

  it('is read from a JWT of any length: the limit is that of the headers', () => {
    const jwt = `${encode('{"alg":"HS256"}')}.${'A'.repeat(15_000)}.AAAA`;
    expect(headerOf(jwt).alg).to.equal('HS256');
    expect(reason(`${jwt}=`)).to.equal('it is not three parts in base64url');
  });

  it('is rejected with a reason that never quotes the token', () => {
    const secret = 'c2VjcmV0';
    for (const jwt of [
      withHeader(`{"alg":"${secret}"}`),
      withHeader(`{${secret}`),
      `${secret}!.${secret}.${secret}`,
      signedByHand('{}', { header: { alg: 'HS256', typ: secret } }),
    ])
      expect(reason(jwt)).to.not.include(secret);
  });
});
