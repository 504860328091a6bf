const COLUMNS = ['run', 'Node', 'Redis', 'passed', 'failed', 'skipped', 'seconds'];

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

/** The last line of all output, which tools read. */
export function closingLine(results) {
  return `${sum(results, 'passed')} passed, ${sum(results, 'failed')} failed, ${sum(results, 'skipped')} skipped`;
}

export function sum(results, column) {
  return results.reduce((total, result) => total + result[column], 0);
}
