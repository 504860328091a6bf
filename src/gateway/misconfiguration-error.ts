/** The operator of the gateway has to fix something: another attempt does not help. */
export class MisconfigurationError extends Error {
  override readonly name = 'MisconfigurationError';
}
