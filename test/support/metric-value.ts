/** The value of the one series of that name with exactly these labels in Prometheus' text format; `undefined` where there is none. */
export const metricValue = (
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined => {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const series = text.split('\n').map((line) => /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line));
  const found = series.find((match) => match?.[1] === name && isSame((match[2] ?? '').match(/\w+="[^"]*"/g), wanted));
  return found ? Number(found[3]) : undefined;
};

const isSame = (found: readonly string[] | null, wanted: readonly string[]): boolean =>
  (found ?? []).toSorted().join() === wanted.toSorted().join();
