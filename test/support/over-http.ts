import { readFileSync } from 'node:fs';
import { type Agent, createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { expect } from 'chai';
import { newTicket } from '../../src/tickets/ticket.ts';
import { type GatewayRig, listen, startGateway } from './gateway-rig.ts';
import { refused } from './knock.ts';
import { GATEWAY_KEY } from './redeem.ts';
import { closeServers } from './tcp-server.ts';
import type { Certificate } from './tls.ts';

export interface HttpWay {
  readonly key?: string;
  readonly timeoutMs?: number;
  readonly agent?: Agent;
}

const opened: (() => Promise<unknown>)[] = [];

/** Closes all that a test opened by these and by `tcpServer`. */
export const closeAll = async (): Promise<void> => {
  for (const close of opened.splice(0).reverse()) await close();
  await closeServers();
};

/** A gateway for the audience `chat` that asks at this address; not started, so that nothing has been asked. */
export const gatewayTo = async (url: string, { key = GATEWAY_KEY, timeoutMs = 2000, agent }: HttpWay = {}) => {
  const redeem = { url, key, ...(agent && { agent }) };
  const rig = await startGateway({ redeem, timeoutMs, audience: 'chat' }, {}, 'as made');
  opened.push(rig.stop);
  return rig;
};

/** Something else than a ticketd, that answers as it likes. */
export const stranger = async (answer: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await open(createServer(answer))}`;

/** The same over TLS, by the name that its certificate is for. */
export const tlsStranger = async ({ certFile, keyFile }: Certificate, answer: RequestListener): Promise<string> => {
  const files = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  return `https://localhost:${await open(createTlsServer(files, answer))}`;
};

const open = async (server: Server): Promise<number> => {
  opened.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  return listen(server);
};

/** How a client is refused to whom nobody can say yes or no, and what the operator is told. */
export const verdictOf = async (rig: GatewayRig, ticket = newTicket()) => {
  const { status, body } = await refused(`${rig.url}?ticket=${ticket}`);
  const told = [...rig.eventsOf('redeem_failed'), ...rig.eventsOf('gateway_misconfigured')];
  expect(told).to.have.length(1);
  const { event, error } = told[0] ?? expect.fail();
  return { status, errorCode: body.errorCode, retryAfter: body.retryAfter, event, error };
};
