import { expect } from 'chai';
import { WebSocket } from 'ws';
import { connectWithTicket } from '../../../src/client/connect-with-ticket.ts';
import type { TicketSocket } from '../../../src/client/types.ts';
import { TICKET_PATH } from '../../support/ask.ts';
import { type GatewayRig, startGateway } from '../../support/gateway-rig.ts';
import { token } from '../../support/jwt.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

describe('ticketd/client with expiring JWTs', () => {
  let service: RunningService;
  let rig: GatewayRig;
  before(async () => {
    service = await startService({
      REDIS_URL: 'memory://',
      GATEWAY_KEYS: GATEWAY_KEY,
      JWT_CLOCK_TOLERANCE_SECONDS: '0',
    });
    rig = await startGateway({ redeem: { url: service.internalUrl, key: GATEWAY_KEY } });
  });
  after(async () => {
    client?.close();
    await rig.stop();
    await service.stop();
  });

  let client: TicketSocket | undefined;
  let journal: string[];
  const connect = (jwt: () => string) => {
    journal = [];
    client = connectWithTicket({
      ticketUrl: service.url + TICKET_PATH,
      socketUrl: rig.url,
      getToken: ({ rejected }) => {
        journal.push(rejected ? 'getToken rejected' : 'getToken');
        return jwt();
      },
      WebSocket,
      // The shortest wait, so that ten sessions fit into a test.
      random: () => 0,
    });
    client.addEventListener('connecting', ({ why }) => void journal.push(`connecting ${why}`));
    client.addEventListener('open', () => void journal.push('open'));
    client.addEventListener('close', ({ code }) => void journal.push(`close ${code}`));
    client.addEventListener('stopped', ({ reason, status }) => void journal.push(`stopped ${reason} ${status}`));
    return client;
  };
  const inSeconds = (seconds: number) => token({ exp: Date.now() / 1000 + seconds });

  it('reconnects after each of ten expiries, with a JWT from getToken', async () => {
    const socket = connect(() => inSeconds(2));
    await until('ten sessions have ended', () => journal.filter((line) => line === 'open').length > 10, 28_000);
    socket.close();
    const session = ['getToken', 'open', 'close 4003', 'connecting expired'];
    const ten = Array.from({ length: 10 }, () => session).flat();
    expect(journal.slice(0, 43)).to.deep.equal(['connecting connect', ...ten, 'getToken', 'open']);
  });

  it('stops after one more call when getToken returns the expired JWT again', async () => {
    const jwt = inSeconds(2);
    connect(() => jwt);
    await until('it has stopped', () => journal.at(-1)?.startsWith('stopped'));
    expect(journal.slice(-3)).to.deep.equal(['connecting rejected', 'getToken rejected', 'stopped unauthorized 401']);
  });
});
