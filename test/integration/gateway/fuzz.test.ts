import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type SinonStub, stub } from 'sinon';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Admission, createGateway, type Gateway, type GatewayEvent } from '../../../src/gateway/gateway.ts';
import { playClient } from '../../support/fuzz/play-client.ts';
import { bytesOf, type UpgradeCase, upgradeCases } from '../../support/fuzz/upgrade-cases.ts';
import { listen } from '../../support/gateway-rig.ts';
import { hostileValues } from '../../support/hostile-values.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { type RedeemStub, startRedeemStub } from '../../support/redeem-stub.ts';
import { until } from '../../support/until.ts';

const REQUESTS = 10_000;
const AT_ONCE = 256;
const LIMIT_MS = 200;
const ID = /^case-(\d+)$/;

describe('ticketd/gateway with 10,000 random upgrade requests', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const cases = upgradeCases(seed, REQUESTS);
  const values = hostileValues();
  const caseOf = new WeakMap<IncomingMessage, UpgradeCase>();
  const events = new Map<string, number>();
  const admissions: Admission[] = [];
  let warnings: SinonStub;
  let ticketd: RedeemStub;
  let gateway: Gateway;
  let server: Server;

  const raise = ({ thrown }: UpgradeCase): never => {
    throw values[thrown];
  };

  /** Like a framework that handles the request before the gateway. */
  const mutilate = (request: IncomingMessage): void => {
    const own = cases[Number(ID.exec(String(request.headers['x-request-id']))?.[1])];
    if (own === undefined) return;
    caseOf.set(request, own);
    if (own.framework !== 'leaves all') Object.defineProperty(request, own.framework, { get: () => raise(own) });
  };

  const takeForeign = (request: IncomingMessage, socket: Duplex): void => {
    if (caseOf.get(request)?.path === '/foreign')
      socket.on('error', () => {}).end('HTTP/1.1 101 Foreign\r\n\r\n', () => socket.destroy());
  };

  const hear = ({ event, traceId }: GatewayEvent): unknown => {
    events.set(event, (events.get(event) ?? 0) + 1);
    const own = cases[Number(ID.exec(String(traceId))?.[1])];
    if (own?.listener === 'throws') raise(own);
    return own?.listener === 'rejects' ? Promise.reject(values[own.thrown]) : undefined;
  };

  const audienceOf = (request: IncomingMessage): string => {
    const own = caseOf.get(request);
    if (own?.audience === 'throws') raise(own);
    return own?.audience === 'is garbage' ? (values[own.thrown] as string) : 'chat';
  };

  const take = (request: IncomingMessage, socket: Duplex, _head: Buffer, admission: Admission): unknown => {
    admissions.push(admission);
    const own = caseOf.get(request);
    if (own?.application === 'throws') raise(own);
    if (own?.application === 'rejects') return Promise.reject(values[own.thrown]);
    return own?.application === 'never takes' ? undefined : socket.end('HTTP/1.1 101 Taken\r\n\r\n');
  };

  const webSockets = () =>
    new WebSocketServer({ noServer: true }).on(
      'connection',
      (socket: WebSocket, request: IncomingMessage, admission: Admission) => {
        admissions.push(admission);
        const own = caseOf.get(request);
        if (own?.application === 'throws') raise(own);
        socket.close();
      },
    );

  before(async () => {
    warnings = stub(process, 'emitWarning');
    ticketd = await startRedeemStub();
    const redeem = { url: ticketd.url, key: GATEWAY_KEY };
    gateway = createGateway({ redeem, timeoutMs: LIMIT_MS, audience: audienceOf, onEvent: hear });
    server = createServer((request, response) => {
      if (request.url !== '/plain') response.setHeader('Connection', 'close');
      response.end();
    });
    server.on('upgrade', takeForeign);
    const limit = { upgradeTimeoutMs: LIMIT_MS };
    gateway.protect(server, webSockets(), { path: '/ws', ...limit });
    gateway.protect(server, webSockets(), { path: '/close', refuse: 'close', ...limit });
    gateway.protect(server, take, { path: '/take', ...limit });
    server.prependListener('upgrade', mutilate);
  });
  after(async () => {
    server.close();
    server.closeAllConnections();
    await gateway.close();
    ticketd.stop();
    warnings.restore();
  });

  it(`admits only redeemed tickets, each once, and leaves no socket and no rejection (seed ${seed})`, async () => {
    const port = await listen(server);
    const opened: string[] = [];
    const rest = cases.entries();
    const playAll = async () => {
      for (const [index, own] of rest) {
        const ticket = ticketd.issue(own.ticketd === 'never answers');
        const received = await playClient(port, own, bytesOf(own, `case-${index}`, ticket));
        if (received.includes(' 101 ') && /^.(ws|take)$/.test(own.path)) opened.push(ticket);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, playAll));

    const subjects = admissions.map(({ subject }) => subject);
    expect(new Set(subjects).size).to.equal(subjects.length);
    expect([...subjects, ...opened].filter((ticket) => !ticketd.redeemed.has(ticket))).to.deep.equal([]);
    await until('no socket is left', async () => (await promisify(server.getConnections.bind(server))()) === 0);
    // The random cases cover every outcome.
    const reached = ['client_left', 'redeem_failed', 'gateway_misconfigured', 'upgrade_admitted', 'upgrade_failed'];
    for (const event of [...reached, 'upgrade_refused']) expect(events.get(event), event).to.be.above(5);
    expect(opened.length).to.be.above(100);
  }).timeout(120_000);
});
