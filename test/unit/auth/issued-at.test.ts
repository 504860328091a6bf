import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { rejectIssuedAhead } from '../../../src/auth/claim-checks.ts';
import { claimsIn, issuedAtOf } from '../../../src/auth/jwt-parts.ts';
import { freezeTime } from '../../support/frozen-time.ts';

const NOW = 1_767_225_600;

describe('JWT iat', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime(NOW * 1000);
  });
  afterEach(() => clock.restore());

  for (const [what, iat] of [
    ['absent', undefined],
    ['now', NOW],
    ['long ago', 0],
    ['ahead by the tolerance', NOW + 5],
  ] as const)
    it(`is accepted when it is ${what}`, () => {
      expect(() => rejectIssuedAhead({ iat }, 5)).to.not.throw();
    });

  for (const [what, iat, message] of [
    ['ahead by more than the tolerance', NOW + 5.001, 'its iat is 5 s ahead of the clock of ticketd'],
    ['a string', String(NOW), 'its iat is not a number'],
    ['null', null, 'its iat is not a number'],
  ] as const)
    it(`is rejected when it is ${what}`, () => {
      expect(() => rejectIssuedAhead({ iat }, 5)).to.throw(message);
    });

  const jwtOf = (payload: string) => `e30.${Buffer.from(payload).toString('base64url')}.c2ln`;
  for (const [payload, issuedAt] of [
    [`{"iat":${NOW}}`, NOW],
    [`{"iat":${NOW}.5}`, NOW + 0.5],
    ['{"iat":-1}', -1],
    [`{"iat":"${NOW}"}`, undefined],
    ['{"iat":1e999}', undefined],
    ['{"iat":null}', undefined],
    ['{}', undefined],
  ] as const)
    it(`reads as ${issuedAt} in the unverified payload ${payload}`, () => {
      expect(issuedAtOf(claimsIn(jwtOf(payload)))).to.equal(issuedAt);
    });

  for (const payload of ['[]', 'null', '7', 'not JSON', ''])
    it(`is not read from the payload ${payload || 'of no characters'}, which is refused`, () => {
      expect(() => claimsIn(jwtOf(payload))).to.throw('its payload is not a JSON object');
    });
});
