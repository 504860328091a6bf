import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { connectWithTicket } from '../../../src/client/connect-with-ticket.ts';
import type { TicketSocket, TicketSocketEvents } from '../../../src/client/types.ts';
import type { ProtectOptions } from '../../../src/gateway/gateway.ts';
import { type FaultProxy, startFaultProxy } from '../../chaos/support/fault-proxy.ts';
import { TICKET_PATH } from '../../support/ask.ts';
import { type GatewayRig, startGateway } from '../../support/gateway-rig.ts';
import { token } from '../../support/jwt.ts';
import { GATEWAY_KEY, issueTicket } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

/** A network that drops every packet without a word, as after a change of networks or in a NAT that forgot the flow. */
describe('a half-open connection', () => {
  let service: RunningService;
  let rig: GatewayRig;
  let proxy: FaultProxy;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY });
  });
  after(() => service.stop());
  afterEach(async () => {
    await proxy.close();
    await rig.stop();
  });

  const start = async (protection: ProtectOptions = {}) => {
    rig = await startGateway({ redeem: { url: service.internalUrl, key: GATEWAY_KEY } }, protection, 'as made');
    proxy = await startFaultProxy({ port: Number(new URL(rig.url).port) });
  };

  it('is terminated by the gateway, which leaves a live one open', async () => {
    await start({ heartbeatMs: 500 });
    const open = async (url: string) => {
      const socket = new WebSocket(`${url}/?ticket=${await issueTicket(service)}`);
      await once(socket, 'open');
      return socket;
    };
    const live = await open(rig.url);
    await open(`ws://${proxy.host}:${proxy.port}`);
    await until('both are connected', () => rig.letIn.length === 2);
    proxy.swallow();
    const lost = rig.letIn[1]?.socket as WebSocket;
    const [code] = await once(lost, 'close');
    const { traceId, subject, sessionId } = rig.letIn[1]?.admission ?? {};
    expect(code).to.equal(1006);
    expect(rig.eventsOf('client_silent')).to.deep.equal([
      { event: 'client_silent', level: 'info', traceId, subject, sessionId },
    ]);
    expect(live.readyState).to.equal(WebSocket.OPEN);
  });

  it('is noticed by a client with silenceMs, which connects again', async () => {
    await start();
    const ticks = setInterval(() => {
      for (const { socket } of rig.letIn) socket.send('tick');
    }, 20);
    const client: TicketSocket = connectWithTicket({
      ticketUrl: service.url + TICKET_PATH,
      socketUrl: `ws://${proxy.host}:${proxy.port}`,
      getToken: () => token(),
      silenceMs: 1_000,
      WebSocket,
    });
    const next = <Type extends keyof TicketSocketEvents>(type: Type) =>
      new Promise<TicketSocketEvents[Type]>((resolve) => client.addEventListener(type, resolve, { once: true }));
    try {
      await next('open');
      await next('message');
      proxy.swallow();
      expect(await next('close')).to.include({ code: 1006, reason: 'no message within 1000 ms' });
      proxy.passAgain();
      expect(await next('open')).to.include({ type: 'open' });
    } finally {
      clearInterval(ticks);
      client.close();
    }
  });
});
