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

describe('ticketd/client and ticketd/gateway', () => {
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

  const connect = async (protection: ProtectOptions, more: { readonly jwt?: string; readonly askAt?: string } = {}) => {
    const { jwt = token(), askAt: url = service.internalUrl } = more;
    rig = await startGateway({ redeem: { url, key: GATEWAY_KEY }, audience: 'chat' }, protection, 'as made');
    client = connectWithTicket({
      ticketUrl: service.url + TICKET_PATH,
      socketUrl: rig.url,
      getToken: () => jwt,
      audience: 'chat',
      protocols: ['v1.chat'],
      ticketIn: 'protocol',
      WebSocket,
    });
  };

  const event = <Type extends keyof TicketSocketEvents>(type: Type) =>
    new Promise<TicketSocketEvents[Type]>((resolve) => {
      client.addEventListener(type, resolve, { once: true });
    });

  it('get on with each other, until the session ends, and for good then', async () => {
    const exp = Math.floor(Date.now() / 1000) + 4;
    await connect({ closeAtSessionEnd: true }, { jwt: token({ exp }) });
    const [opened, message, stopped] = [event('open'), event('message'), event('stopped')];
    expect(await opened).to.include({ protocol: 'v1.chat' });
    expect(await message).to.include({ data: 'hello alice' });
    expect(await stopped).to.include({ reason: 'refused', code: 4001 });
  });

  it('try again where the gateway accepts and says that it cannot tell', async () => {
    await connect({ refuse: 'close' }, { askAt: `http://127.0.0.1:${await freePort()}` });
    const [closed, retry] = [event('close'), event('retry')];
    expect(await retry).to.include({ attempt: 1 });
    expect(await closed).to.include({ code: 1013, reason: 'WS_TICKET_REDIS_NOT_READY' });
  });

  it('try again where the gateway refuses before the handshake', async () => {
    await connect({}, { askAt: `http://127.0.0.1:${await freePort()}` });
    expect(await event('retry')).to.include({ attempt: 1, why: 'handshake' });
  });
});
