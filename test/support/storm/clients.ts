// Thousands of clients in a process of their own; test/support/storm/storm.ts starts it.
import { WebSocket } from 'ws';
import { connectWithTicket } from '../../../src/client/connect-with-ticket.ts';
import { until } from '../until.ts';
import { type FetchFor, now, recordedFetch, watchTimers } from './recorded-fetch.ts';
import type { Report, StormPlan } from './storm.ts';

/** Calls back whenever that client has an open socket. */
type Connect = (client: number, opened: () => void) => void;

const TOGETHER = 100;
const NAIVE_DELAY_MS = 1_000;

const ours = ({ ticketUrl, socketUrl, token }: StormPlan, fetchFor: FetchFor): Connect => {
  const addresses = { ticketUrl, socketUrl, getToken: () => token };
  return (client, opened) => {
    connectWithTicket({ ...addresses, fetch: fetchFor(client), WebSocket }).addEventListener('open', opened);
  };
};

/** What is mostly written by hand: a ticket, a socket, and all over again a second later. */
const naive = ({ ticketUrl, socketUrl, token }: StormPlan, fetchFor: FetchFor): Connect => {
  const headers = { Authorization: `Bearer ${token}` };
  return (client, opened) => {
    const again = () => void setTimeout(connect, NAIVE_DELAY_MS);
    const connect = async () => {
      const answer = await fetchFor(client)(ticketUrl, { method: 'POST', headers }).catch(() => undefined);
      if (!answer?.ok) return again();
      const { ticket } = (await answer.json()) as { readonly ticket: string };
      const socket = new WebSocket(`${socketUrl}?ticket=${ticket}`);
      socket
        .on('open', opened)
        .on('close', again)
        .on('error', () => undefined);
    };
    connect();
  };
};

const run = async (plan: StormPlan): Promise<void> => {
  watchTimers();
  const { requests, fetchFor } = recordedFetch(plan.maxConnections);
  const connect = (plan.kind === 'ours' ? ours : naive)(plan, fetchFor);
  const openedAt: number[] = [];
  for (let client = 0; client < plan.clients; client += 1) {
    connect(client, () => {
      openedAt[client] = now();
    });
    if (client % TOGETHER === TOGETHER - 1)
      await until(`${client} open sockets`, () => Object.keys(openedAt).length > client);
  }
  process.send?.('open');
  process.on('message', () => process.send?.({ requests, openedAt } satisfies Report));
};

process.once('message', (plan) => void run(plan as StormPlan));
