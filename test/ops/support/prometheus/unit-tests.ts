import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { promtool } from './promtool.ts';
import type { Alert } from './rule-file.ts';

const FOLDER = 'test/ops/prometheus/units';

/** The files of unit tests, as `promtool test rules` takes them. */
export const unitFiles: readonly string[] = readdirSync(FOLDER).map((name) => join(FOLDER, name));

interface UnitTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string }[];
  }[];
}

/** Alerts that replace a real one, each with its own name. */
export type StandIns = ReadonlyMap<Alert, string>;

/** The names of the replacements that fail the unit tests of the alert that they replace. */
export const failuresOf = async (standIns: StandIns): Promise<ReadonlySet<string>> => {
  const folder = await mkdtemp(join(tmpdir(), 'ticketd-rules-'));
  try {
    const rules = join(folder, 'rules.yml');
    await writeFile(rules, JSON.stringify({ groups: [{ name: 'stand-ins', rules: [...standIns.keys()] }] }));
    const units = unitFiles.map((_, index) => join(folder, `unit-${index}.yml`));
    for (const [index, unit] of units.entries())
      await writeFile(unit, JSON.stringify({ ...unitsFor(standIns, unitFiles[index] ?? ''), rule_files: [rules] }));
    const said = await promtool(['test', 'rules', ...units]);
    return new Set([...said.matchAll(/alertname: (\w+),/g)].map(([, name = '']) => name));
  } finally {
    await rm(folder, { recursive: true });
  }
};

const unitsFor = (standIns: StandIns, file: string) => {
  // Without numbers: the values 0x20, twenty and one times 0, would be 32.
  const units: UnitTests = parse(readFileSync(file, 'utf8'), { schema: 'failsafe' });
  const tests = units.tests.map((test) => ({
    ...test,
    alert_rule_test: test.alert_rule_test.flatMap((expected) =>
      [...standIns].flatMap(([{ alert }, original]) =>
        original === expected.alertname ? { ...expected, alertname: alert } : [],
      ),
    ),
  }));
  return { ...units, tests };
};
