import { Agent } from 'node:http';
import { askTicket } from '../../../support/ask.ts';

export interface Load {
  /** How many requests have been answered so far. */
  readonly answered: number;
  /** Stops requesting, and resolves with the result of each request: its status or its connection error. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** Clients that each request one ticket after another, half of them on a keep-alive connection. */
export const startLoad = (url: string, clients: number): Load => {
  const outcomes: Record<string, number> = {};
  let answered = 0;
  let asking = true;
  const askOn = async (agent?: Agent): Promise<void> => {
    while (asking) {
      const outcome = await askTicket(url, agent).then(
        ({ status }) => status,
        ({ code, message }) => code ?? message,
      );
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      answered += 1;
    }
    agent?.destroy();
  };
  const done = Array.from({ length: clients }, (_, index) => {
    return askOn(index % 2 === 0 ? new Agent({ keepAlive: true, maxSockets: 1 }) : undefined);
  });
  return {
    get answered() {
      return answered;
    },
    stop: async () => {
      asking = false;
      await Promise.all(done);
      return outcomes;
    },
  };
};
