import { Agent } from 'node:http';
import { ask, TICKET_PATH } from '../../support/ask.ts';
import { bearer, token } from '../../support/jwt.ts';

/** One ticket request and what came of it; status 0 where the connection broke. */
export interface Answered {
  readonly sentAt: number;
  readonly durationMs: number;
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly ticket: string | undefined;
}

export interface Traffic {
  begin(): void;
  /** Asks for no more, and resolves with all answers once the last has come. */
  stop(): Promise<readonly Answered[]>;
}

/** Asks for tickets at a steady rate, whatever becomes of those asked for before. */
export const steadyRequests = (url: string, perSecond: number): Traffic => {
  const agent = new Agent({ keepAlive: true });
  const headers = bearer(token());
  const pending: Promise<Answered>[] = [];

  const send = async (): Promise<Answered> => {
    const sentAt = performance.now();
    const answer = await ask(`${url}${TICKET_PATH}`, { method: 'POST', headers, agent }).catch(() => undefined);
    return {
      sentAt,
      durationMs: performance.now() - sentAt,
      status: answer?.status ?? 0,
      retryAfter: answer?.headers['retry-after'],
      ticket: answer?.body.ticket as string | undefined,
    };
  };
  let timer: NodeJS.Timeout | undefined;

  return {
    begin: () => {
      timer ??= setInterval(() => pending.push(send()), 1000 / perSecond);
    },
    stop: async () => {
      clearInterval(timer);
      const answered = await Promise.all(pending);
      agent.destroy();
      return answered;
    },
  };
};
