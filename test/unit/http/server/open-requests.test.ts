import { heldRequests, type RunningListener, startListener } from '../../../support/listener.ts';
import { openConnection, type RawConnection } from '../../../support/raw-connection.ts';
import { answersIn, rawRequest } from '../../../support/raw-http.ts';
import { until } from '../../../support/until.ts';

const MAX_OPEN = 500;
const FAR_AHEAD = 200;
const requests = (count: number) => rawRequest('GET / HTTP/1.1', ['Host: x']).repeat(count);

describe('HTTP listener with too many requests sent ahead', () => {
  let listener: RunningListener;
  let held: ReturnType<typeof heldRequests>;
  let connections: RawConnection[];
  beforeEach(async () => {
    held = heldRequests();
    listener = await startListener(held.handler, { maxOpenRequests: MAX_OPEN });
    connections = [];
  });
  afterEach(async () => {
    for (const { destroy } of connections) destroy();
    await listener.stop(AbortSignal.timeout(5000));
  });

  const send = async (count: number): Promise<RawConnection> => {
    const connection = await openConnection(listener.url);
    connections.push(connection);
    const before = held.started.length;
    await connection.send(requests(count));
    await until('its first request has started', () => held.started.length > before);
    return connection;
  };

  const untilAnswered = (connection: RawConnection, count: number) =>
    until(`${count} responses`, () => answersIn(connection.received).length === count);

  it('closes the connection that is far ahead, and answers all requests of the others', async () => {
    const first = [await send(FAR_AHEAD), await send(FAR_AHEAD)];
    const beyond = await send(FAR_AHEAD);
    await beyond.closed;
    const modest = await send(50);
    held.release();
    for (const connection of first) await untilAnswered(connection, FAR_AHEAD);
    await untilAnswered(modest, 50);
  });

  it('takes as many again once those are answered or their client has left', async () => {
    const [left, served] = [await send(FAR_AHEAD), await send(FAR_AHEAD)];
    left.destroy();
    held.release();
    await untilAnswered(served, FAR_AHEAD);
    await until('no request is in progress', () => listener.inFlight() === 0);
    const again = [await send(FAR_AHEAD), await send(FAR_AHEAD), await send(FAR_AHEAD)];
    for (const connection of again) await untilAnswered(connection, FAR_AHEAD);
  });
});
