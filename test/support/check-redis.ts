import { expect } from 'chai';
import type { RedisReport } from '../../src/redis/check.ts';
import { STACK_TRACE, ticketd } from './ticketd.ts';

export interface Checked {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What it printed with --json; both runs exit alike. */
  readonly report: RedisReport;
}

/** Runs `check-redis` for people and then for machines; neither may print a stack trace or any of these secrets. */
export const checkRedisTwice = async (
  env: Readonly<Record<string, string>>,
  { secrets = [] }: { readonly secrets?: readonly string[] } = {},
): Promise<Checked> => {
  const cli = ticketd(['check-redis'], env);
  const { code } = await cli.exit;
  const json = ticketd(['check-redis', '--json'], env);
  expect((await json.exit).code).to.equal(code);
  expect(json.stderr).to.equal('');
  const said = cli.output + json.output;
  for (const secret of secrets) expect(said).not.to.contain(secret);
  expect(said).not.to.match(STACK_TRACE);
  return { code, stdout: cli.stdout, stderr: cli.stderr, report: JSON.parse(json.stdout) };
};
