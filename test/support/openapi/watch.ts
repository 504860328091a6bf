/** The answers of one service's listeners are held against the document, from when it tells of them. */
export interface Watch {
  /** Takes all that the service tells. */
  hear(told: { readonly [field: string]: unknown }): void;
  end(): void;
}

/** A watch that enters the listeners' names by their ports. */
export const createWatch = (listenerAt: Map<number, string>): Watch => {
  const ports: number[] = [];
  return {
    hear: ({ event, port, listener }) => {
      if (event !== 'server_listening') return;
      ports.push(Number(port));
      listenerAt.set(Number(port), String(listener));
    },
    end: () => {
      for (const port of ports) listenerAt.delete(port);
    },
  };
};
