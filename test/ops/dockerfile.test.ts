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

/** Features that the classic builder lacks. */
const BUILDKIT_ONLY = /^# *syntax=|<<|--mount|--link|--chmod|--start-interval|--security|--network/m;

for (const file of ['Dockerfile', 'ops/try/gateway/Dockerfile']) {
  const text = readFileSync(file, 'utf8');

  describe(file, () => {
    it('passes the linter, which rejects faulty copies', () => {
      expect(problemsOf(text)).to.deep.equal([]);
      expect(problemsOf(text.replace(/WORKDIR \//, 'WORKDIR '))).to.have.length(1);
      expect(problemsOf(`${text}ENTRYPOINT ["serve"]\n`)).not.to.deep.equal([]);
      expect(problemsOf(`${text}HEALTHCHECK --interval=10 CMD true\n`)).not.to.deep.equal([]);
    });

    it('uses no feature that only BuildKit has', () => {
      expect(text).not.to.match(BUILDKIT_ONLY);
      expect(`${text}RUN --mount=type=cache npm ci`).to.match(BUILDKIT_ONLY);
    });

    it('switches to user 1000:1000', () => {
      expect([...text.matchAll(/^USER (.*)$/gm)].map(([, user]) => user)).to.deep.equal(['1000:1000']);
    });
  });
}
