import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DOCUMENT } from '../../support/openapi/document.ts';

const REDOCLY = 'node_modules/@redocly/cli/bin/cli.js';
const RULES = 'ops/openapi/redocly.yaml';

interface Linted {
  readonly code: number;
  /** The names of the violated rules. */
  readonly broken: readonly string[];
}

const lint = (file: string): Promise<Linted> =>
  new Promise((resolve) => {
    const args = [REDOCLY, 'lint', '--config', RULES, '--format', 'json', file];
    // No network: the linter neither checks for a newer version nor sends telemetry.
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_NOTIFICATIONS: 'true' };
    execFile(process.execPath, args, { env }, (error, stdout) => {
      const { problems } = JSON.parse(stdout);
      const broken = problems.map(({ ruleId }: { ruleId: string }) => ruleId);
      resolve({ code: Number(error?.code ?? 0), broken });
    });
  });

describe('OpenAPI document', () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ticketd-openapi-'));
  });
  after(() => rm(directory, { recursive: true }));

  const lintWith = async (from: string | RegExp, to: string) => {
    const changed = (await readFile(DOCUMENT, 'utf8')).replace(from, to);
    const file = join(directory, 'changed.yaml');
    await writeFile(file, changed);
    return lint(file);
  };

  it('passes all rules of ops/openapi/redocly.yaml', async () => {
    expect(await lint(DOCUMENT)).to.deep.equal({ code: 0, broken: [] });
  });

  for (const [fault, from, to, rule] of [
    ['a keyword that OpenAPI does not have', 'operationId: issueTicket', 'operationName: issueTicket', 'struct'],
    ['a dangling reference', 'responses/Alive', 'responses/Awake', 'no-unresolved-refs'],
    ['an example that violates its schema', 'expiresIn: 30', 'expiresIn: soon', 'no-invalid-media-type-examples'],
    [
      'a response without X-Trace-Id',
      'headers: &uncached\n        X-Trace-Id',
      'headers: &uncached\n        X-Id',
      'response-contains-header',
    ],
  ] as const)
    it(`fails the linter with ${fault}`, async () => {
      const { code, broken } = await lintWith(from, to);
      expect(code).to.equal(1);
      expect(broken).to.include(rule);
    });
});
