import { expect } from 'chai';
import { TICKET_PATH } from '../../support/ask.ts';
import { sendHalfRequest, untilReadBy } from '../../support/half-request.ts';
import { SECRET } from '../../support/jwt.ts';
import { openConnection } from '../../support/raw-connection.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';

const DEADLINE_MS = 1500;

const start = (): Ticketd =>
  serve({ JWT_SECRET: SECRET, REDIS_URL: 'memory://', SHUTDOWN_TIMEOUT_MS: String(DEADLINE_MS) });

/** The shutdown was forced at its deadline, neither earlier nor, as one that hangs, far later. */
const expectForced = async (service: Ticketd): Promise<string> => {
  expect(await service.exit).to.deep.equal({ code: 124, signal: null });
  const last = service.lines.at(-1);
  expect(last).to.include({ event: 'server_stop_forced', level: 'error', signal: 'SIGTERM' });
  expect(last?.durationMs).to.be.within(DEADLINE_MS - 700, 10 * DEADLINE_MS);
  expect(service.events).not.to.include('server_stopped');
  return String(last?.pending);
};

describe('a shutdown', () => {
  afterEach(endAll);

  it('is not held by a connection on which nothing was ever sent', async () => {
    const service = start();
    const silent = await openConnection(await service.url());
    await untilReadBy(service);
    service.process.kill('SIGTERM');
    expect(await service.exit).to.deep.equal({ code: 0, signal: null });
    await silent.closed;
    expect(service.events.at(-1)).to.equal('server_stopped');
  });

  it('is cut off at SHUTDOWN_TIMEOUT_MS, with exit code 124, where headers were sent by half', async () => {
    const service = start();
    const half = await openConnection(await service.url());
    await half.send('GET /health HTTP/1.1\r\nHost: localhost\r\nX-And-So');
    await untilReadBy(service);
    service.process.kill('SIGTERM');
    expect(await expectForced(service)).to.match(/1 open connection/);
    await half.closed;
  });

  it('is cut off at SHUTDOWN_TIMEOUT_MS, with exit code 124, where a body was sent by half', async () => {
    const service = start();
    const { connection } = await sendHalfRequest(service);
    service.process.kill('SIGTERM');
    expect(await expectForced(service)).to.contain(`POST ${TICKET_PATH}`);
    await connection.closed;
  });

  it('lists every request that was pending, without its query', async () => {
    const service = start();
    const requests = await Promise.all([sendHalfRequest(service), sendHalfRequest(service)]);
    const probe = await openConnection(await service.url());
    await probe.send(`POST ${TICKET_PATH}?ticket=wst_secret HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    service.process.kill('SIGTERM');
    const pending = await expectForced(service);
    expect(pending.split(`POST ${TICKET_PATH}`)).to.have.length(requests.length + 1);
    expect(service.output).not.to.contain('wst_secret');
  });
});
