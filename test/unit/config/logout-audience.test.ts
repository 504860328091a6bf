import { expect } from 'chai';
import { acceptedFor, logoutAudienceProblem } from '../../../src/config/logout-audience.ts';
import { configOf, problemsOf } from '../../support/config.ts';
import { SECRET } from '../../support/jwt.ts';

const A = { issuer: 'https://a.example', clientId: 'app' };
const ANY = { issuer: undefined, clientId: 'app' };

describe('BACKCHANNEL_LOGOUT_AUDIENCE', () => {
  it('requires JWT_ISSUER', async () => {
    const problem = {
      name: 'BACKCHANNEL_LOGOUT_AUDIENCE',
      problem: 'expected JWT_ISSUER or JWT_ISSUERS to be set, too',
    };
    expect(await problemsOf({ JWT_SECRET: SECRET, BACKCHANNEL_LOGOUT_AUDIENCE: 'app' })).to.deep.equal([problem]);
    await configOf({ JWT_ISSUER: 'https://a.example', BACKCHANNEL_LOGOUT_AUDIENCE: 'app' });
  });

  it('may name no issuer that is not configured', async () => {
    const env = { JWT_ISSUER: 'https://a.example', BACKCHANNEL_LOGOUT_AUDIENCE: 'https://a.example/ app' };
    expect(await problemsOf({ JWT_SECRET: SECRET, ...env })).to.deep.equal([
      { name: 'BACKCHANNEL_LOGOUT_AUDIENCE', problem: 'expected each issuer to be in JWT_ISSUER or JWT_ISSUERS' },
    ]);
  });

  it('must name the issuer in each entry when there are several', () => {
    const issuers = ['https://a.example', 'https://b.example'];
    expect(logoutAudienceProblem([A, ANY], issuers)?.problem).to.equal(
      'expected "<issuer> <client id>" in each entry, since JWT_ISSUER or JWT_ISSUERS has several issuers',
    );
    expect(logoutAudienceProblem([A], issuers)).to.equal(undefined);
  });

  it('accepts a client of the named issuer, or of any if it names none', () => {
    expect(acceptedFor(A, 'https://a.example', 'app')).to.equal(true);
    expect(acceptedFor(A, 'https://b.example', 'app')).to.equal(false);
    expect(acceptedFor(A, 'https://a.example', 'other')).to.equal(false);
    expect(acceptedFor(ANY, 'https://b.example', 'app')).to.equal(true);
    expect(acceptedFor(ANY, 'https://b.example', undefined)).to.equal(false);
  });
});
