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

/** SIGHUP, which does not end a process that watches it. */
export interface Hangups {
  /** Calls the listener at each one from now on, and now if one has arrived before. */
  onEach(listener: () => void): void;
}

export const watchHangups = (): Hangups => {
  let isMissed = false;
  let listen = (): void => {
    isMissed = true;
  };
  process.on('SIGHUP', () => listen());
  return {
    onEach: (listener) => {
      listen = listener;
      if (isMissed) listener();
    },
  };
};
