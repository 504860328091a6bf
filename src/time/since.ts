/** Milliseconds since an instant of `performance.now()`, to a hundredth. */
export const since = (startedAt: number): number => Math.round((performance.now() - startedAt) * 100) / 100;
