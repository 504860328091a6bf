import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ValidationSeverity, validate } from 'dockerfile-utils';

const STRICT = {
  deprecatedMaintainer: ValidationSeverity.ERROR,
  directiveCasing: ValidationSeverity.ERROR,
  emptyContinuationLine: ValidationSeverity.ERROR,
  instructionCasing: ValidationSeverity.ERROR,
  instructionCmdMultiple: ValidationSeverity.ERROR,
  instructionEntrypointMultiple: ValidationSeverity.ERROR,
  instructionHealthcheckMultiple: ValidationSeverity.ERROR,
  instructionJSONInSingleQuotes: ValidationSeverity.ERROR,
  instructionWorkdirRelative: ValidationSeverity.ERROR,
};

const problemsOf = (text: string): readonly string[] =>
  validate(text, STRICT).map(({ message }) => (typeof message === 'string' ? message : message.value));

/** What the classic builder does not know. */
const BUILDKIT_ONLY = /^# *syntax=|<<|--mount|--link|--chmod|--start-interval|--security|--network/m;

describe('the Dockerfile', () => {
  const text = readFileSync('Dockerfile', 'utf8');

  it('is free of faults, which the linter does find', () => {
    expect(problemsOf(text)).to.deep.equal([]);
    expect(problemsOf(text.replace('WORKDIR /src', 'WORKDIR src'))).to.have.length(1);
    expect(problemsOf(`${text}CMD ["serve"]\n`)).not.to.deep.equal([]);
    expect(problemsOf(text.replace('--interval=10s', '--interval=10'))).to.have.length(1);
  });

  it('asks nothing of the builder that the classic one lacks', () => {
    expect(text).not.to.match(BUILDKIT_ONLY);
    expect('RUN --mount=type=cache npm ci').to.match(BUILDKIT_ONLY);
  });
});
