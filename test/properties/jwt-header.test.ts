import { expect } from 'chai';
import { joseHeaderReader } from '../../src/auth/jwt-parts.ts';
import { CASES, fc, textOf } from '../support/property.ts';

describe('JWT header reader', () => {
  const read = joseHeaderReader(['HS256']);
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('accepts a header with valid alg, typ and kid and without crit, and refuses any other', () => {
    const members = fc.record(
      {
        alg: fc.oneof({ weight: 3, arbitrary: fc.constant('HS256') }, fc.constantFrom('none', 'RS256', 'hs256', 1)),
        typ: fc.constantFrom('JWT', 'at+jwt', 'dpop+jwt', '', 7, null),
        kid: fc.oneof(fc.string(), fc.constantFrom(7, null, {})),
        crit: fc.constantFrom(null, ['exp']),
      },
      { requiredKeys: ['alg'] },
    );
    let accepted = 0;
    fc.assert(
      fc.property(members, ({ alg, typ = 'JWT', kid = '', crit }) => {
        const header = { alg, typ, kid, ...(crit !== undefined && { crit }) };
        const jwt = `${encoded(header)}.e30.AAAA`;
        if (alg === 'HS256' && ['JWT', 'at+jwt'].includes(`${typ}`) && typeof kid === 'string' && crit === undefined) {
          accepted += 1;
          expect(read(jwt)).to.deep.equal({ alg, kid });
        } else expect(() => read(jwt)).to.throw(Error, /^its (header|alg|typ|kid) /);
      }),
    );
    expect(accepted, 'of the cases were such that are read').to.be.above(CASES / 200);
  });

  it('refuses arbitrary text without quoting it', () => {
    const part = fc.oneof(
      fc.jsonValue().map(encoded),
      fc.constant({ alg: 'none', hunter2: 'hunter2' }).map(encoded),
      fc.base64String(),
      textOf('eyJhbGciOiJub25lIn0', '=', '-', '_', '+', '/', 'hunter2'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        expect(() => read(parts.join('.'))).to.throw(Error, /^it(s| is) (?!.*hunter2)/);
      }),
    );
  });

  it('refuses a JWT with fewer or more than three parts', () => {
    const count = fc.integer({ min: 1, max: 6 }).filter((parts) => parts !== 3);
    fc.assert(
      fc.property(count, (parts) => {
        const jwt = [encoded({ alg: 'HS256' }), ...Array(parts - 1).fill('AAAA')].join('.');
        expect(() => read(jwt)).to.throw(Error, 'it is not three parts in base64url');
      }),
      { numRuns: 50 },
    );
  });
});
