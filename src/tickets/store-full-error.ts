/** A store takes no more until something in it expires. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';

  constructor(maxEntries: number) {
    super(`The store is full: it holds ${maxEntries} entries`);
  }
}
