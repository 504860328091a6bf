import { expect } from 'chai';
import { configOf, problemsOf } from '../../support/config.ts';
import { SECRET } from '../../support/jwt.ts';

const KEY = 'k'.repeat(32);

const WRONG: Readonly<Record<string, readonly string[]>> = {
  REDIS_URL: [
    'http://user:hunter2@host',
    'redis://user:hunter2@',
    'redis://user:hunter2@host:0',
    'redis://user:hunter2@host/x',
    'redis://user:hunter2@host?a=b',
    'redis://user:hunter2@host?hunter2',
    'redis://user:hunter2@host#x',
    'redis://user:%hunter2@host',
    'hunter2',
    'redis://user:hunter3@a,redis://user:hunter2@b',
    'redis://a,redis://user:hunter2@b',
    'redis://user:hunter2,x@host',
    'redis://user:hunter2@a,redis://user:hunter2@b?x',
  ],
  REDIS_SENTINEL_PASSWORD: ['hunter2\nhunter2', '\u0000hunter2', 'hunter2'.repeat(74)],
  GATEWAY_KEYS: ['hunter2', `hunter2${KEY},hunter2`, `hunter2 ${KEY}`, `hunter2${KEY},`, `hunter2ü${KEY}`],
  JWT_SECRET: ['hunter2', `${SECRET},hunter2`, `hunter2,${SECRET}`, 'hunter2,'],
  JWT_PUBLIC_KEY: ['hunter2', '-----BEGIN PUBLIC KEY-----\nhunter2\n-----END PUBLIC KEY-----', '{"k":"hunter2"}'],
};

describe('secret variables', () => {
  for (const [name, texts] of Object.entries(WRONG))
    for (const text of texts)
      it(`reject ${name}=${JSON.stringify(text.slice(0, 50))} by name and never quote it`, async () => {
        const problems = await problemsOf({ ...(!name.startsWith('JWT_') && { JWT_SECRET: SECRET }), [name]: text });
        expect(problems).to.have.lengthOf(1);
        expect(problems[0]).to.have.property('name', name);
        expect(problems[0]?.problem).to.match(/^expected ./);
        expect(problems[0]?.problem).to.not.include('hunter2');
      });

  it('count as unset when empty', async () => {
    expect((await configOf({ REDIS_URL: '', JWT_PUBLIC_KEY: '' })).redis.target).to.deep.include({
      servers: [{ host: 'localhost', port: 6379 }],
    });
    expect(await problemsOf({ JWT_SECRET: '' })).to.deep.include({
      name: 'JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL, JWT_ISSUERS',
      problem: 'expected at least one of them to be set, found none',
    });
  });

  it('accept any printable text as REDIS_SENTINEL_PASSWORD and leave it unchanged', async () => {
    const env = { REDIS_SENTINEL_MASTER: 'main', REDIS_SENTINEL_PASSWORD: 'p@ss %2C, wörd' };
    expect((await configOf(env)).redis.sentinelPassword).to.equal('p@ss %2C, wörd');
    expect((await configOf({ ...env, REDIS_SENTINEL_PASSWORD: '' })).redis.sentinelPassword).to.equal(undefined);
  });

  it('accept a list in GATEWAY_KEYS, which is unset by default', async () => {
    expect((await configOf()).gateways.keys).to.equal(undefined);
    const { gateways } = await configOf({ GATEWAY_KEYS: `${KEY}, ${KEY}2` });
    expect(gateways.keys).to.deep.equal([KEY, `${KEY}2`]);
  });

  it('default REDIS_URL to localhost:6379', async () => {
    const { target } = (await configOf()).redis;
    expect(target).to.deep.equal({
      kind: 'server',
      tls: false,
      servers: [{ host: 'localhost', port: 6379 }],
      database: 0,
    });
  });
});
