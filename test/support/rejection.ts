/** The error that a promise rejects with; fails where it resolves. */
export const rejectionOf = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => {
      throw new Error('it resolved, where it was to reject');
    },
    (error) => error,
  );

/** The error that a function throws; fails where it returns. */
export const thrownBy = (run: () => unknown): Error => {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('it returned, where it was to throw');
};
