import { expect } from 'chai';
import { readConfig, readSections, readSettings } from '../../../src/config/read-config.ts';
import { problemsOf } from '../../support/config.ts';
import { SECRET } from '../../support/jwt.ts';
import { rejectionOf } from '../../support/rejection.ts';

const namesOf = async (env: Readonly<Record<string, string>>) => (await problemsOf(env)).map(({ name }) => name);

describe('a wrong environment', () => {
  it('is told whole: every wrong variable, and every rule broken between right ones', async () => {
    const names = await namesOf({
      NODE_ENV: 'prod',
      PORT: '99999',
      LOG_LEVEL: 'loud',
      REDIS_URL: 'http://host',
      TICKET_TTL_SECONDS: '0',
      DRAIN_DELAY_MS: '5000',
      SHUTDOWN_TIMEOUT_MS: '1000',
      JWT_SECRET_FILE: '/nowhere/at/all',
    });
    expect(names).to.have.members([
      'NODE_ENV',
      'PORT',
      'LOG_LEVEL',
      'REDIS_URL',
      'TICKET_TTL_SECONDS',
      'SHUTDOWN_TIMEOUT_MS',
      'JWT_SECRET_FILE',
    ]);
  });

  it('tells of a missing key also beside a wrong variable about JWTs', async () => {
    expect(await namesOf({ JWT_CLOCK_TOLERANCE_SECONDS: 'x' })).to.have.members([
      'JWT_CLOCK_TOLERANCE_SECONDS',
      'JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL',
    ]);
  });

  it('tells of the embedded store in production also beside a wrong variable about Redis', async () => {
    const env = { JWT_SECRET: SECRET, NODE_ENV: 'production', REDIS_URL: 'memory://', REDIS_COMMAND_TIMEOUT_MS: 'x' };
    expect(await namesOf(env)).to.have.members(['REDIS_COMMAND_TIMEOUT_MS', 'REDIS_URL']);
  });

  it('tells of a wrong key alone, without guessing whether another one is lacking', async () => {
    expect(await namesOf({ JWT_SECRET: 'short' })).to.deep.equal(['JWT_SECRET']);
  });

  it('is one error whose message names all of it on one line', async () => {
    const error = await rejectionOf(readConfig({ JWT_SECRET: SECRET, PORT: 'x', LOG_LEVEL: 'y' }));
    expect(error).to.include({ code: 'CONFIG_INVALID' });
    expect(error.message).to.match(/^invalid configuration: .*LOG_LEVEL: expected .*; .*PORT: expected [^\n]*$/);
  });

  it('quotes no more of a long value than its beginning', async () => {
    const [problem] = await problemsOf({ JWT_SECRET: SECRET, PORT: '7'.repeat(5000) });
    expect(problem?.problem).to.have.lengthOf.below(150);
  });
});

describe('a part of the environment', () => {
  it('can be read without the rest being there, or right', async () => {
    const { redis } = await readSections(['runtime', 'redis'], { REDIS_URL: 'redis://host', PORT: 'x' });
    expect(redis.target).to.deep.include({ servers: [{ host: 'host', port: 6379 }] });
  });

  it('still keeps the rules that concern it', async () => {
    const env = { NODE_ENV: 'production', REDIS_URL: 'memory://' };
    expect(await rejectionOf(readSections(['runtime', 'redis'], env))).to.include({ code: 'CONFIG_INVALID' });
  });
});

describe('the settings', () => {
  it('tell of each variable what it is set to and by whom', async () => {
    const settings = await readSettings({ JWT_SECRET: SECRET, PORT: '8080', NODE_ENV: 'production' });
    const source = (name: string) => settings.find(({ field }) => field.name === name)?.source;
    expect(source('PORT')).to.deep.equal({ text: '8080', from: 'environment' });
    expect(source('HOST')).to.deep.equal({ text: '0.0.0.0', from: 'default' });
    expect(source('DRAIN_DELAY_MS')).to.deep.equal({ text: '10000', from: 'default' });
    expect(source('JWT_ISSUER')).to.deep.equal({ text: undefined, from: 'unset' });
  });

  it('are refused where the environment is wrong', async () => {
    expect(await rejectionOf(readSettings({ JWT_SECRET: SECRET, PORT: 'x' }))).to.include({ code: 'CONFIG_INVALID' });
  });
});
