import { expect } from 'chai';
import { readConfig } from '../../../src/config/read-config.ts';
import { configOf, problemsOf } from '../../support/config.ts';

describe('NODE_ENV=production', () => {
  it('sets REDIS_FAIL_CLOSED to true by default', async () => {
    expect((await configOf({ NODE_ENV: 'production' })).redis.failClosed).to.equal(true);
    expect((await configOf({ NODE_ENV: 'production', REDIS_FAIL_CLOSED: '' })).redis.failClosed).to.equal(true);
    expect((await configOf({ NODE_ENV: 'production', REDIS_FAIL_CLOSED: 'false' })).redis.failClosed).to.equal(false);
    expect((await configOf({ NODE_ENV: 'test' })).redis.failClosed).to.equal(false);
  });

  it('sets DRAIN_DELAY_MS to 10 s by default', async () => {
    expect((await configOf({ NODE_ENV: 'production' })).shutdown.drainDelayMs).to.equal(10_000);
    expect((await configOf({ NODE_ENV: 'production', DRAIN_DELAY_MS: '0' })).shutdown.drainDelayMs).to.equal(0);
    expect((await configOf({ NODE_ENV: 'test' })).shutdown.drainDelayMs).to.equal(0);
  });

  it('allows JWT_JWKS_URL over http to another machine only with JWT_JWKS_ALLOW_HTTP=true', async () => {
    const env = { NODE_ENV: 'production', JWT_JWKS_URL: 'http://idp.internal/jwks' };
    for (const JWT_JWKS_ALLOW_HTTP of ['false', ''])
      expect((await problemsOf({ ...env, JWT_JWKS_ALLOW_HTTP }))[0]?.problem).to.include('JWT_JWKS_ALLOW_HTTP=true');
    const { jwt } = await readConfig({ ...env, JWT_JWKS_ALLOW_HTTP: 'true' });
    expect(jwt.jwksUrl?.href).to.equal('http://idp.internal/jwks');
  });
});
