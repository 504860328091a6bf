import { expect } from 'chai';
import { readConfig, readSections, readSettings } from '../../../src/config/read-config.ts';
import { problemsOf } from '../../support/config.ts';
import { SECRET } from '../../support/jwt.ts';
import { rejectionOf } from '../../support/rejection.ts';

const namesOf = async (env: Readonly<Record<string, string>>) => (await problemsOf(env)).map(({ name }) => name);

describe('configuration errors', () => {
  it('list every invalid variable and every broken rule between valid ones', async () => {
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

  it('include a missing JWT key when another JWT variable is invalid', async () => {
    expect(await namesOf({ JWT_CLOCK_TOLERANCE_SECONDS: 'x' })).to.have.members([
      'JWT_CLOCK_TOLERANCE_SECONDS',
      'JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL, JWT_ISSUERS',
    ]);
  });

  it('include memory:// in production when another Redis variable is invalid', async () => {
    const env = { JWT_SECRET: SECRET, NODE_ENV: 'production', REDIS_URL: 'memory://', REDIS_COMMAND_TIMEOUT_MS: 'x' };
    expect(await namesOf(env)).to.have.members(['REDIS_COMMAND_TIMEOUT_MS', 'REDIS_URL']);
  });

  it('name an invalid JWT key only, without guessing that another one is missing', async () => {
    expect(await namesOf({ JWT_SECRET: 'short' })).to.deep.equal(['JWT_SECRET']);
  });

  it('are one error whose message names all of them on one line', async () => {
    const error = await rejectionOf(readConfig({ JWT_SECRET: SECRET, PORT: 'x', LOG_LEVEL: 'y' }));
    expect(error).to.include({ code: 'CONFIG_INVALID' });
    expect(error.message).to.match(/^invalid configuration: .*LOG_LEVEL: expected .*; .*PORT: expected [^\n]*$/);
  });

  it('quote only the beginning of a long value', async () => {
    const [problem] = await problemsOf({ JWT_SECRET: SECRET, PORT: '7'.repeat(5000) });
    expect(problem?.problem).to.have.lengthOf.below(150);
  });
});

describe('readSections()', () => {
  it('reads its sections when variables of other sections are missing or invalid', async () => {
    const { redis } = await readSections(['runtime', 'redis'], { REDIS_URL: 'redis://host', PORT: 'x' });
    expect(redis.target).to.deep.include({ servers: [{ host: 'host', port: 6379 }] });
  });

  it('applies the rules between variables of its sections', async () => {
    const env = { NODE_ENV: 'production', REDIS_URL: 'memory://' };
    expect(await rejectionOf(readSections(['runtime', 'redis'], env))).to.include({ code: 'CONFIG_INVALID' });
  });
});

describe('readSettings()', () => {
  it('returns the value and the source of each variable', async () => {
    const settings = await readSettings({ JWT_SECRET: SECRET, PORT: '8080', NODE_ENV: 'production' });
    const source = (name: string) => settings.find(({ variable }) => variable.name === name)?.source;
    expect(source('PORT')).to.deep.equal({ text: '8080', from: 'environment' });
    expect(source('INTERNAL_PORT')).to.deep.equal({ text: '3001', from: 'default' });
    expect(source('DRAIN_DELAY_MS')).to.deep.equal({ text: '10000', from: 'default' });
    expect(source('JWT_ISSUER')).to.deep.equal({ text: undefined, from: 'unset' });
  });

  it('rejects with CONFIG_INVALID when a variable is invalid', async () => {
    expect(await rejectionOf(readSettings({ JWT_SECRET: SECRET, PORT: 'x' }))).to.include({ code: 'CONFIG_INVALID' });
  });
});
