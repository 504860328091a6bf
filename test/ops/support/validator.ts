import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegoEngine, TemplateFile } from '@aws/cloudformation-validate';

type Engine = InstanceType<typeof RegoEngine>;

const EXCLUDED = [
  // TemplateURL names a file beside it, as `aws cloudformation package` wants it.
  'W3002',
];
const EXCLUDED_OUTSIDE_TEMPLATES = [
  // Outside a template there is no function that an ARN could come from.
  'W9002',
  'W9013',
];

// Takes a second to make; it lives as long as the tests do.
let engine: Engine | undefined;

/** All findings of AWS's own validator for a template, warnings included. */
export const findings = (path: string, excluded: readonly string[] = EXCLUDED): readonly string[] => {
  engine ??= new RegoEngine();
  const ids = [...excluded];
  const file = new TemplateFile(path);
  const report = engine.validateStandard(file, { severityLevel: 'WARN', strict: true, exclude: { ids } });
  if (report.status !== 'OK') return [`the validator ended with ${report.status}`];
  return report.diagnostics.map(
    ({ ruleId, entity, propertyPath, message }) => `${ruleId} ${entity?.logicalId}.${propertyPath}: ${message}`,
  );
};

/** The same for resources that are in no template, such as a task definition of JSON. */
export const findingsOfResources = (Resources: object): readonly string[] => {
  const folder = mkdtempSync(join(tmpdir(), 'ticketd-template-'));
  try {
    const path = join(folder, 'template.json');
    writeFileSync(path, JSON.stringify({ AWSTemplateFormatVersion: '2010-09-09', Resources }));
    return findings(path, EXCLUDED_OUTSIDE_TEMPLATES);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
