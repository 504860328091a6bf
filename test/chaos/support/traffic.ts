import { Agent } from 'node:http';
import { ask, TICKET_PATH } from '../../support/ask.ts';
import { bearer, token } from '../../support/jwt.ts';

/** One ticket request and its result; status 0 if the connection broke. */
export interface Answered {
  readonly sentAt: number;
  readonly durationMs: number;
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly ticket: string | undefined;
}

export interface Traffic {
  begin(): void;
  /** Stops requesting, and resolves with all results after the last reply. */
  stop(): Promise<readonly Answered[]>;
}

/** Requests tickets at a steady rate, regardless of earlier results. */
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
