import { expect } from 'chai';
import { WebSocket } from 'ws';
import { connectWithTicket } from '../../../src/client/connect-with-ticket.ts';
import type { TicketSocket, TicketSocketEvents, TicketSocketOptions } from '../../../src/client/types.ts';
import { TICKET_PATH } from '../../support/ask.ts';
import { token } from '../../support/jwt.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { startGateway, type TicketGateway } from '../../support/ticket-gateway.ts';
import { until } from '../../support/until.ts';

describe('ticketd/client with the service', () => {
  let redis: TestRedis;
  let service: RunningService;
  let gateway: TicketGateway;
  let client: TicketSocket | undefined;
  before(async () => {
    redis = await startRedis();
    service = await startService({ REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY });
  });
  after(() => service.stop());
  beforeEach(async () => {
    gateway = await startGateway(service);
  });
  afterEach(async () => {
    client?.close();
    await gateway.stop();
  });

  const connect = (options: Partial<TicketSocketOptions> = {}): TicketSocket => {
    client = connectWithTicket({
      ticketUrl: service.url + TICKET_PATH,
      socketUrl: gateway.url,
      getToken: () => token(),
      WebSocket,
      baseDelayMs: 20,
      maxDelayMs: 50,
      ...options,
    } as TicketSocketOptions);
    return client;
  };

  const next = <Type extends keyof TicketSocketEvents>(socket: TicketSocket, type: Type) =>
    new Promise<TicketSocketEvents[Type]>((resolve) => socket.addEventListener(type, resolve, { once: true }));

  it('opens a socket with a ticket, and sends and receives', async () => {
    const socket = connect();
    await next(socket, 'open');
    const answer = next(socket, 'message');
    expect(socket.send('hello')).to.equal(true);
    expect((await answer).data).to.equal('hello');
    expect(gateway).to.include({ refused: 0 });
  });

  it('receives bytes as the type in the binaryType option', async () => {
    const socket = connect({ binaryType: 'arraybuffer' });
    await next(socket, 'open');
    const answer = next(socket, 'message');
    socket.send(Uint8Array.of(1, 2, 3));
    expect(new Uint8Array((await answer).data as ArrayBuffer)).to.deep.equal(Uint8Array.of(1, 2, 3));
  });

  it('sends the ticket next to the real subprotocol', async () => {
    const socket = connect({ protocols: ['chat.v1'], ticketIn: 'protocol', audience: 'chat', channel: 'room' });
    expect((await next(socket, 'open')).protocol).to.equal('chat.v1');
    expect(gateway).to.include({ refused: 0 });
  });

  it('reports the trace id of its ticket', async () => {
    const { traceId } = await next(connect(), 'ticket');
    expect(service.eventsOf('ws_ticket_issued').at(-1)).to.include({ traceId });
  });

  it('reconnects with a new ticket each time the socket is lost', async () => {
    const socket = connect();
    for (let n = 1; n <= 3; n += 1) {
      await next(socket, 'open');
      for (const open of gateway.open) open.terminate();
    }
    await next(socket, 'open');
    expect(gateway.tickets).to.have.property('size', 4);
    expect(gateway).to.include({ refused: 0 });
  });

  it('reconnects with a new ticket after refused handshakes', async () => {
    gateway.answerWith(503);
    const socket = connect();
    for (let n = 0; n < 3; n += 1) expect((await next(socket, 'retry')).why).to.equal('handshake');
    gateway.answerWith(101);
    await next(socket, 'open');
    expect(gateway.tickets.size).to.be.at.least(4);
    expect(gateway).to.include({ refused: 0 });
  });

  it('stops and reports why when getToken returns a rejected JWT again', async () => {
    const socket = connect({ getToken: () => 'not.a.jwt' });
    const { reason, status, errorCode } = await next(socket, 'stopped');
    expect({ reason, status, errorCode }).to.deep.equal({
      reason: 'unauthorized',
      status: 401,
      errorCode: 'AUTH_TOKEN_INVALID',
    });
    expect(gateway.tickets).to.have.property('size', 0);
  });

  it('stops when ticketd returns 400', async () => {
    const socket = connect({ audience: 'a'.repeat(200) });
    expect(await next(socket, 'stopped')).to.include({ reason: 'invalid', errorCode: 'BAD_REQUEST' });
  });

  it('stops at a close with 4001', async () => {
    const socket = connect();
    await next(socket, 'open');
    await until('the server has the socket', () => gateway.open.size > 0);
    for (const open of gateway.open) open.close(4001, 'session ended');
    expect(await next(socket, 'stopped')).to.include({ reason: 'revoked', code: 4001, message: 'session ended' });
  });

  it('aborts a ticket request that gets no response in timeoutMs', async () => {
    await redis.pause();
    try {
      const socket = connect({ timeoutMs: 50 });
      expect(await next(socket, 'ticket-error')).to.include({ message: 'no ticket within 50 ms' });
      socket.close();
    } finally {
      await redis.resume();
    }
    await until('Redis is back', () => service.eventsOf('redis_up').length >= service.eventsOf('redis_down').length);
  });

  it('waits for Retry-After while Redis is down, and then reconnects', async () => {
    await redis.stop();
    await until('the outage is known', () => service.eventsOf('redis_down').length > 0);
    const socket = connect();
    const ticketError = next(socket, 'ticket-error');
    const { delayMs, why } = await next(socket, 'retry');
    const { status, errorCode, retryAfterMs } = await ticketError;
    expect({ status, errorCode, retryAfterMs }).to.deep.equal({
      status: 503,
      errorCode: 'WS_TICKET_REDIS_NOT_READY',
      retryAfterMs: 2_000,
    });
    expect(why).to.equal('ticket');
    expect(delayMs).to.be.at.least(2_000);
    await redis.start();
    await next(socket, 'open');
  });
});
