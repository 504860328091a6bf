const ENDING = ['SIGTERM', 'SIGINT'] as const;

export interface Signals {
  readonly first: Promise<NodeJS.Signals>;
  readonly second: Promise<NodeJS.Signals>;
}

/** Handles the signals that end a process. As PID 1 a process without a handler ignores them. */
export const watchSignals = (): Signals => {
  const waiting: ((signal: NodeJS.Signals) => void)[] = [];
  const next = () => new Promise<NodeJS.Signals>((resolve) => waiting.push(resolve));
  for (const signal of ENDING) process.on(signal, () => waiting.shift()?.(signal));
  return { first: next(), second: next() };
};
