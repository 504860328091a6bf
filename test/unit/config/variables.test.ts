import { expect } from 'chai';
import type { Variable } from '../../../src/config/variable.ts';
import { variables } from '../../../src/config/variables.ts';
import { configOf, problemsOf } from '../../support/config.ts';
import { SECRET } from '../../support/jwt.ts';
import { variableCases } from './variable-cases.ts';

const allVariables = Object.values(variables).flatMap((section) => Object.values<Variable<unknown>>(section));

describe('configuration variables', () => {
  it('have a test case each, except secrets, which have their own test files', () => {
    const open = allVariables.filter(({ secret }) => !secret).map(({ name }) => name);
    expect(Object.keys(variableCases)).to.have.members(open);
    const secrets = allVariables.filter(({ secret }) => secret).map(({ name }) => name);
    expect(secrets).to.have.members([
      'REDIS_URL',
      'REDIS_SENTINEL_PASSWORD',
      'GATEWAY_KEYS',
      'JWT_SECRET',
      'JWT_PUBLIC_KEY',
    ]);
  });

  it('have a unique name and one line of documentation each', () => {
    expect(new Set(allVariables.map(({ name }) => name))).to.have.property('size', allVariables.length);
    for (const { name, doc } of allVariables) expect(doc, name).to.match(/^\S.{9,}[^.]$/);
  });

  for (const [name, { value, preset, needs, good, wrong, expected }] of Object.entries(variableCases))
    describe(name, () => {
      it(`is ${JSON.stringify(preset) ?? 'unset'} by default and when empty`, async () => {
        expect(value(await configOf())).to.deep.equal(preset);
        expect(value(await configOf({ [name]: '' }))).to.deep.equal(preset);
      });

      for (const [text, parsed] of good)
        it(`accepts ${JSON.stringify(text.slice(0, 32))}`, async () => {
          expect(value(await configOf({ ...needs, [name]: text }))).to.deep.equal(parsed);
        });

      for (const text of wrong)
        it(`rejects ${JSON.stringify(text.slice(0, 32))}, naming the variable and what was expected`, async () => {
          const problems = await problemsOf({ JWT_SECRET: SECRET, [name]: text });
          const found = `found ${JSON.stringify(text.slice(0, 64))}`;
          expect(problems).to.deep.equal([{ name, problem: `expected ${expected}, ${found}` }]);
        });
    });
});
