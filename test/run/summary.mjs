const COLUMNS = ['run', 'Node', 'Redis', 'passed', 'failed', 'skipped', 'seconds'];
const SLOWEST = 10;

/** One row a run; the closing line is not part of it. */
export function formatTable(results) {
  const rows = [COLUMNS, ...results.map((result) => COLUMNS.map((column) => String(result[column] ?? '-')))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The test files that took longest, in one line. They run side by side, so this is no sum. */
export function slowestFiles(results) {
  const times = results.flatMap(({ times = [] }) => times).sort((one, other) => other.seconds - one.seconds);
  return times
    .slice(0, SLOWEST)
    .map(({ file, seconds }) => `${file} ${seconds} s`)
    .join(', ');
}

/** The last line of all output, which tools read. */
export function closingLine(results) {
  return `${sum(results, 'passed')} passed, ${sum(results, 'failed')} failed, ${sum(results, 'skipped')} skipped`;
}

export function sum(results, column) {
  return results.reduce((total, result) => total + result[column], 0);
}
