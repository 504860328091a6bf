import { expect } from 'chai';
import { REJECTION_REASONS } from '../../../src/auth/errors.ts';
import { createMetrics } from '../../../src/metrics/metrics.ts';

const LOST = { endpoint: 'redis://host:6379', error: 'closed', errorCode: 'ECONNRESET', attempts: 1, downMs: 0 };

describe('Prometheus metrics', () => {
  const setUp = () => {
    const metrics = createMetrics({ inFlight: () => 0 });
    /** Every series of that name, with its value. */
    const seriesOf = async (name: string): Promise<readonly string[]> =>
      (await metrics.render()).split('\n').filter((line) => line.startsWith(name));
    return { ...metrics, seriesOf };
  };

  it('have ticketd_requests_shed_total for each listener, from 0', async () => {
    const { observe, seriesOf } = setUp();
    const shed = (internal: number) => [
      'ticketd_requests_shed_total{listener="public"} 0',
      `ticketd_requests_shed_total{listener="internal"} ${internal}`,
    ];
    expect(await seriesOf('ticketd_requests_shed_total')).to.deep.equal(shed(0));
    observe('request_shed', { traceId: 't', listener: 'internal' });
    expect(await seriesOf('ticketd_requests_shed_total')).to.deep.equal(shed(1));
  });

  it('have ticketd_auth_rejected_total for each reason, from 0', async () => {
    const { observe, seriesOf } = setUp();
    const before = await seriesOf('ticketd_auth_rejected_total');
    expect(before).to.deep.equal(
      REJECTION_REASONS.map((reason) => `ticketd_auth_rejected_total{reason="${reason}"} 0`),
    );
    observe('auth_rejected', { traceId: 't', reason: 'issuer', detail: 'd', count: 1 });
    const after = await seriesOf('ticketd_auth_rejected_total');
    expect(after.filter((line) => !before.includes(line))).to.deep.equal([
      'ticketd_auth_rejected_total{reason="issuer"} 1',
    ]);
  });

  it('have the duration of each Redis command in seconds', async () => {
    const { observeCommand, seriesOf } = setUp();
    observeCommand('take', 4);
    expect(await seriesOf('ticketd_redis_command_duration_seconds_sum')).to.deep.equal([
      'ticketd_redis_command_duration_seconds_sum{command="take"} 0.004',
    ]);
    expect(await seriesOf('ticketd_redis_command_duration_seconds_bucket{le="0.0025"')).to.deep.equal([
      'ticketd_redis_command_duration_seconds_bucket{le="0.0025",command="take"} 0',
    ]);
  });

  it('have the label via for redeemed tickets', async () => {
    const { observe, seriesOf } = setUp();
    for (const via of ['redeem', 'forward-auth', 'redeem'])
      observe('ws_ticket_redeemed', { traceId: 't', ticketId: 'id', via, durationMs: 1 });
    expect(await seriesOf('ticketd_tickets_redeemed_total')).to.deep.equal([
      'ticketd_tickets_redeemed_total{via="redeem"} 2',
      'ticketd_tickets_redeemed_total{via="forward-auth"} 1',
    ]);
  });

  it('have ticketd_redis_ready 1 with the memory store', async () => {
    const { observe, seriesOf } = setUp();
    observe('memory_store', {});
    expect(await seriesOf('ticketd_redis_ready')).to.deep.equal(['ticketd_redis_ready 1']);
  });

  it('have ticketd_redis_ready 0 but no outage when a connection attempt fails', async () => {
    const { observe, seriesOf } = setUp();
    observe('redis_up', { endpoint: LOST.endpoint, reason: 'closed', downMs: 1 });
    observe('redis_connect_fail', LOST);
    expect(await seriesOf('ticketd_redis_ready')).to.deep.equal(['ticketd_redis_ready 0']);
    expect(await seriesOf('ticketd_redis_outages_total')).to.deep.equal(['ticketd_redis_outages_total 0']);
  });

  it('do not change on an event without a metric', async () => {
    const { observe, render, seriesOf } = setUp();
    const before = await seriesOf('ticketd_');
    observe('connection_dropped', { listener: 'public' });
    expect(await seriesOf('ticketd_')).to.deep.equal(before);
    expect(await render()).to.be.a('string');
  });
});
