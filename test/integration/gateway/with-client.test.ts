import { expect } from 'chai';
import { WebSocket } from 'ws';
import { connectWithTicket } from '../../../src/client/connect-with-ticket.ts';
import type { TicketSocket, TicketSocketEvents } from '../../../src/client/types.ts';
import type { ProtectOptions } from '../../../src/gateway/gateway.ts';
import { TICKET_PATH } from '../../support/ask.ts';
import { freePort } from '../../support/free-port.ts';
import { type GatewayRig, startGateway } from '../../support/gateway-rig.ts';
import { token } from '../../support/jwt.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';

describe('ticketd/client with ticketd/gateway', () => {
  let service: RunningService;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY });
  });
  after(() => service.stop());

  let rig: GatewayRig;
  let client: TicketSocket;
  afterEach(async () => {
    client.close();
    await rig.stop();
  });

  interface Meeting {
    readonly getToken?: () => string;
    readonly askAt?: string;
    readonly audience?: () => string | undefined;
  }

  const connect = async (protection: ProtectOptions, meeting: Meeting = {}) => {
    const { getToken = () => token(), askAt: url = service.internalUrl, audience = 'chat' } = meeting;
    rig = await startGateway({ redeem: { url, key: GATEWAY_KEY }, audience }, protection, 'as made');
    client = connectWithTicket({
      ticketUrl: service.url + TICKET_PATH,
      socketUrl: rig.url,
      getToken,
      audience: 'chat',
      protocols: ['v1.chat'],
      ticketIn: 'protocol',
      baseDelayMs: 1,
      WebSocket,
    });
  };

  const event = <Type extends keyof TicketSocketEvents>(type: Type) =>
    new Promise<TicketSocketEvents[Type]>((resolve) => {
      client.addEventListener(type, resolve, { once: true });
    });

  it('reconnects with a fresh token when the session ends', async () => {
    const lifetimes = [3, 600];
    const getToken = () => token({ exp: Math.floor(Date.now() / 1000) + (lifetimes.shift() ?? 600) });
    await connect({}, { getToken });
    const [opened, message, closed] = [event('open'), event('message'), event('close')];
    expect(await opened).to.include({ protocol: 'v1.chat' });
    expect(await message).to.include({ data: 'hello alice' });
    expect(await closed).to.include({ code: 4003, reason: 'session ended' });
    expect(await event('open')).to.include({ protocol: 'v1.chat' });
    expect(lifetimes).to.deep.equal([]);
  });

  it('retries with a new ticket after a close with 4004 WS_TICKET_NOT_REDEEMABLE', async () => {
    const audiences = ['news', 'chat'];
    await connect({ refuse: 'close' }, { audience: () => audiences.shift() });
    expect(await event('close')).to.include({ code: 4004, reason: 'WS_TICKET_NOT_REDEEMABLE' });
    expect(await event('message')).to.include({ data: 'hello alice' });
  });

  it('retries after a close with 1013', async () => {
    await connect({ refuse: 'close' }, { askAt: `http://127.0.0.1:${await freePort()}` });
    const [closed, retry] = [event('close'), event('retry')];
    expect(await retry).to.include({ attempt: 1 });
    expect(await closed).to.include({ code: 1013, reason: 'WS_TICKET_REDIS_NOT_READY' });
  });

  it('retries when the gateway refuses before the handshake', async () => {
    await connect({}, { askAt: `http://127.0.0.1:${await freePort()}` });
    expect(await event('retry')).to.include({ why: 'handshake' });
  });
});
