import { expect } from 'chai';
import { gatewayKey } from '../../../src/config/parsers.ts';
import { InvalidValueError, type Variable } from '../../../src/config/variable.ts';
import { variables } from '../../../src/config/variables.ts';
import { configOf, problemsOf } from '../../support/config.ts';
import { SECRET } from '../../support/jwt.ts';

const EXPECTED = 'expected a value without quotes around it; `--env-file` of docker keeps quotes as part of the value';

const all = Object.values(variables).flatMap((section) => Object.values<Variable<unknown>>(section));

describe('a value in quotes', () => {
  for (const { name, secret } of all)
    it(`is rejected in ${name}, which cannot mean them`, async () => {
      for (const quoted of ['"production"', "'production'", '""', ' "a","b" ']) {
        const problems = await problemsOf({ JWT_SECRET: SECRET, [name]: quoted });
        const problem = problems.find((one) => one.name === name)?.problem;
        expect(problem).to.equal(secret ? EXPECTED : `${EXPECTED}, found ${JSON.stringify(quoted)}`);
      }
    });

  it('is rejected as one entry of a list', async () => {
    for (const JWT_SECRET of [`"${SECRET}",${SECRET}`, `${SECRET},'${SECRET}'`])
      expect(await problemsOf({ JWT_SECRET })).to.deep.equal([{ name: 'JWT_SECRET', problem: EXPECTED }]);
  });

  it('is rejected as the key of a gateway, which reads it from an environment of its own', () => {
    for (const key of [`"${'k'.repeat(32)}"`, `'${'k'.repeat(32)}'`])
      expect(() => gatewayKey(key)).to.throw(InvalidValueError, EXPECTED.replace('expected ', ''));
  });

  it('is accepted with quotes inside, or one at an end', async () => {
    for (const audience of ['the "a" api', 'a"', "'a", `"a'`, '"'])
      expect((await configOf({ JWT_AUDIENCE: audience })).jwt.audience).to.deep.equal([audience]);
  });
});

describe('the encoding of an environment variable', () => {
  it('is UTF-8: Node.js replaces other bytes, which is an error', async () => {
    for (const name of ['JWT_SECRET', 'JWT_ISSUER']) {
      const [problem] = await problemsOf({ JWT_SECRET: SECRET, [name]: `${SECRET}\uFFFD` });
      expect(problem?.name).to.equal(name);
      expect(problem?.problem).to.match(/^expected text in UTF-8/);
    }
  });

  it('may begin with a byte order mark, which ticketd drops', async () => {
    const { jwt } = await configOf({ JWT_SECRET: `\uFEFF${SECRET}`, JWT_ISSUER: '\uFEFFhttps://idp.example' });
    expect(jwt.secrets?.[0]).to.equal(SECRET);
    expect(jwt.issuer).to.deep.equal(['https://idp.example']);
  });
});
