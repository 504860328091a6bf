import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { bulk, fakeRedis } from '../../support/fake-redis.ts';
import { freezeTime, passTime } from '../../support/frozen-time.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { startService } from '../../support/service.ts';
import type { TcpServer } from '../../support/tcp-server.ts';

const REPLIES: Readonly<Record<string, string>> = { GETDEL: bulk('1'), INFO: bulk(''), MGET: '*1\r\n$-1\r\n' };

// Less the drain delay, the reserve for flushing the log, and the reserve for the phase behind the listener.
const CASES = [
  { signal: 'SIGTERM', drainMs: 1_500, timeoutMs: 2_000, cutAt: 1_725 },
  { signal: 'SIGTERM', drainMs: 1_500, timeoutMs: 2_650, cutAt: 2_175 },
  { signal: 'SIGINT', drainMs: 1_500, timeoutMs: 2_000, cutAt: 1_350 },
] as const;

describe('shutdown deadline (SHUTDOWN_TIMEOUT_MS)', () => {
  let clock: SinonFakeTimers;
  let redis: TcpServer;
  let requestArrived: (() => void) | undefined;
  beforeEach(async () => {
    clock = freezeTime();
    requestArrived = undefined;
    redis = await fakeRedis((command) => {
      if (requestArrived === undefined) return REPLIES[command] ?? '+OK\r\n';
      requestArrived();
      return '';
    });
  });
  afterEach(async () => {
    clock.restore();
    await redis.close();
  });

  /** Sends a request that Redis never answers; resolves when Redis has it. */
  const sendHanging = (service: { readonly url: string }): Promise<void> =>
    new Promise((resolve) => {
      requestArrived = resolve;
      requestTicket(service).end(() => {});
    });

  for (const { signal, drainMs, timeoutMs, cutAt } of CASES)
    it(`aborts requests after ${cutAt} ms on ${signal} with DRAIN_DELAY_MS=${drainMs}, SHUTDOWN_TIMEOUT_MS=${timeoutMs}`, async () => {
      const service = await startService({
        REDIS_URL: `redis://127.0.0.1:${redis.port}`,
        REDIS_COMMAND_TIMEOUT_MS: '10000',
        INTERNAL_PORT: 'off',
        DRAIN_DELAY_MS: `${drainMs}`,
        SHUTDOWN_TIMEOUT_MS: `${timeoutMs}`,
      });
      const stopped = service.stop(signal);
      await sendHanging(service);
      await passTime(clock, timeoutMs);
      await stopped;
      expect(service.eventsOf('server_draining')).to.deep.equal([
        { event: 'server_draining', signal, drainMs: signal === 'SIGINT' ? 0 : drainMs },
      ]);
      const [forced] = service.eventsOf('server_stop_forced');
      expect(forced).to.include({ signal, durationMs: cutAt }).and.have.property('pending').that.includes('POST /');
    });
});
