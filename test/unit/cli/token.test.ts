import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { UsageError } from '../../../src/cli/exit-codes.ts';
import { createToken, type TokenOptions } from '../../../src/cli/token.ts';
import { ConfigError } from '../../../src/config/config-error.ts';
import { SECRET } from '../../support/jwt.ts';
import { rejectionOf } from '../../support/rejection.ts';

const OTHER_SECRET = 'another-secret-for-tests-of-32-bytes';
const NOW = 1_800_000_000;

type Env = Readonly<Record<string, string>>;

const tokenOf = (options: Partial<TokenOptions> = {}, env: Env = {}): Promise<string> =>
  createToken({ JWT_SECRET: SECRET, ...env }, { subject: 'alice', ttl: 3600, ...options });

const claimsOf = async (options: Partial<TokenOptions> = {}, env: Env = {}): Promise<unknown> =>
  jwt.verify(await tokenOf(options, env), SECRET, { algorithms: ['HS256'], clockTimestamp: NOW });

describe('token: the JWT', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = useFakeTimers({ now: NOW * 1000 + 999, toFake: ['Date'] });
  });
  afterEach(() => clock.restore());

  it('has the header of HS256, and sub, iat and exp', async () => {
    const decoded = jwt.decode(await tokenOf({ ttl: 60 }), { complete: true });
    expect(decoded?.header).to.deep.equal({ alg: 'HS256', typ: 'JWT' });
    expect(await claimsOf({ ttl: 60 })).to.deep.equal({ sub: 'alice', iat: NOW, exp: NOW + 60 });
  });

  it('has iss and aud of JWT_ISSUER and JWT_AUDIENCE', async () => {
    const env = { JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'ticketd' };
    expect(await claimsOf({}, env)).to.include({ iss: 'https://id.example', aud: 'ticketd' });
  });

  it('has the session in the claim of JWT_SESSION_CLAIM', async () => {
    expect(await claimsOf({ session: 's-1' })).to.include({ sessionId: 's-1' });
    expect(await claimsOf({ session: 's-1' }, { JWT_SESSION_CLAIM: 'sid' })).to.include({ sid: 's-1' });
  });

  it('is signed with the first of several secrets', async () => {
    const signed = await tokenOf({}, { JWT_SECRET: `${OTHER_SECRET},${SECRET}` });
    expect(jwt.verify(signed, OTHER_SECRET, { clockTimestamp: NOW })).to.include({ sub: 'alice' });
  });

  const VALUES = {
    'role=admin': { role: 'admin' },
    'level=7': { level: 7 },
    'active=true': { active: true },
    'left=null': { left: null },
    'groups=["a","b"]': { groups: ['a', 'b'] },
    'quoted="7"': { quoted: '7' },
    'formula=a=b': { formula: 'a=b' },
    'empty=': { empty: '' },
    'half={"a":': { half: '{"a":' },
    'https://app.example/role=ü': { 'https://app.example/role': 'ü' },
  };
  for (const [text, claims] of Object.entries(VALUES))
    it(`has the claim of --claim ${text}, as JSON or else as text`, async () => {
      expect(await claimsOf({ claim: [text] })).to.deep.equal({ ...claims, sub: 'alice', iat: NOW, exp: NOW + 3600 });
    });

  it('has a claim named __proto__ like any other', async () => {
    const [, payload = ''] = (await tokenOf({ claim: ['__proto__={"sub":"mallory"}', 'a=1'] })).split('.');
    expect(Buffer.from(payload, 'base64url').toString()).to.contain(
      '"__proto__":{"sub":"mallory"},"a":1,"sub":"alice"',
    );
  });
});

describe('token: wrong options', () => {
  const expectUsageError = async (options: Partial<TokenOptions>, message: RegExp, env: Env = {}): Promise<void> => {
    const error = await rejectionOf(tokenOf(options, env));
    expect(error).to.be.instanceOf(UsageError);
    expect(error.message).to.match(message);
  };

  const OVERRIDES = { sub: /--subject/, exp: /--ttl/, iat: /current time/, iss: /JWT_ISSUER/, aud: /JWT_AUDIENCE/ };
  for (const [name, remedy] of Object.entries(OVERRIDES))
    it(`throws UsageError for --claim ${name}, with what to do instead`, async () => {
      await expectUsageError({ claim: [`${name}=1`] }, new RegExp(`--claim ${name}: .*${remedy.source}`));
    });

  for (const text of ['role', '=admin', ''])
    it(`throws UsageError for --claim "${text}"`, async () => {
      await expectUsageError({ claim: [text] }, /expected name=value/);
    });

  it('throws UsageError for a claim that is set twice', async () => {
    await expectUsageError({ claim: ['role=a', 'role=b'] }, /--claim role: expected once/);
  });

  it('throws UsageError for --claim with the name in JWT_SESSION_CLAIM', async () => {
    await expectUsageError({ claim: ['sessionId=s-2'] }, /--claim sessionId: .*--session/);
    await expectUsageError({ claim: ['sid=s-2'] }, /--claim sid: .*--session/, { JWT_SESSION_CLAIM: 'sid' });
  });

  it('throws UsageError for --session when JWT_SESSION_CLAIM is a claim that ticketd sets', async () => {
    await expectUsageError({ session: 's-1' }, /--session: .*"sub": use --subject/, { JWT_SESSION_CLAIM: 'sub' });
  });

  it('throws UsageError for a subject or a session that ticketd would reject', async () => {
    for (const text of ['', 'x'.repeat(1025), '\ud800']) {
      await expectUsageError({ subject: text }, /--subject: expected 1 to 1024 characters/);
      await expectUsageError({ session: text }, /--session: expected 1 to 1024 characters/);
    }
  });
});

describe('token: wrong configuration', () => {
  const problemsOf = async (env: Env): Promise<readonly string[]> => {
    const error = await rejectionOf(createToken(env, { subject: 'alice', ttl: 60 }));
    expect(error).to.be.instanceOf(ConfigError);
    return (error as ConfigError).problems.map(({ name }) => name);
  };

  it('throws ConfigError naming NODE_ENV in production', async () => {
    expect(await problemsOf({ NODE_ENV: 'production', JWT_SECRET: SECRET })).to.deep.equal(['NODE_ENV']);
  });

  it('throws ConfigError naming JWT_SECRET when there is no secret, also with another source of keys', async () => {
    expect(await problemsOf({})).to.deep.equal(['JWT_SECRET']);
    expect(await problemsOf({ JWT_SECRET: '' })).to.deep.equal(['JWT_SECRET']);
    expect(await problemsOf({ JWT_JWKS_URL: 'https://id.example/jwks' })).to.deep.equal(['JWT_SECRET']);
  });

  it('throws ConfigError naming both when both are wrong', async () => {
    expect(await problemsOf({ NODE_ENV: 'production' })).to.deep.equal(['NODE_ENV', 'JWT_SECRET']);
  });

  it('throws the ConfigError of serve for a secret that serve would reject', async () => {
    expect(await problemsOf({ JWT_SECRET: 'too short' })).to.deep.equal(['JWT_SECRET']);
    expect(await problemsOf({ JWT_SECRET: SECRET, JWT_ALGORITHMS: 'RS256' })).to.deep.equal(['JWT_ALGORITHMS']);
  });
});
