import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { createClaimChecks } from '../../src/auth/claim-checks.ts';
import { TokenRejected } from '../../src/auth/errors.ts';
import { configOf } from '../support/config.ts';
import { signedByHand } from '../support/forged-jwt.ts';
import { SECRET } from '../support/jwt.ts';
import { CASES, fc, thrownBy } from '../support/property.ts';

const NOW = Math.floor(Date.now() / 1000);

describe('claims of a JWT', () => {
  // Not within seconds of now: the clock advances between the two checks.
  const time = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(NOW - 3600, NOW + 3600, NOW - 40, NOW + 40, 0, -1, 1e300) },
    fc.constantFrom(String(NOW), null, true, [NOW + 3600]),
  );
  const name = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('a', 'b', ['a'], ['c', 'b'], [['a']], []) },
    fc.jsonValue({ maxDepth: 1 }),
  );
  const claims = fc.record({ exp: time, nbf: time, aud: name, iss: name }, { requiredKeys: [] });

  it('pass exactly where jsonwebtoken accepts them', async () => {
    const { jwt: settings } = await configOf({ JWT_AUDIENCE: 'a,b', JWT_CLOCK_TOLERANCE_SECONDS: '60' });
    const checkClaims = createClaimChecks(settings);
    const options = { clockTolerance: 60 };
    let accepted = 0;
    fc.assert(
      fc.property(claims, (payload) => {
        const text = JSON.stringify(payload);
        const theirs = thrownBy(
          () => jwt.verify(signedByHand(text), SECRET, { ...options, audience: ['a', 'b'], issuer: ['a', 'b'] }),
          Error,
        );
        const ours = thrownBy(() => checkClaims(JSON.parse(text), ['a', 'b']), TokenRejected);
        expect(ours === undefined, `${ours?.message}, ${theirs?.message}`).to.equal(theirs === undefined);
        if (ours === undefined) accepted += 1;
      }),
    );
    expect(accepted, 'of the cases were such that are accepted').to.be.above(CASES / 200);
  });
});
