/** What to report of anything that was thrown: `String()` itself throws for some objects. */
export const thrown = (error: unknown): { readonly message: string; readonly error: unknown } => {
  try {
    return { message: String(error), error };
  } catch {
    return { message: 'unknown error', error };
  }
};
