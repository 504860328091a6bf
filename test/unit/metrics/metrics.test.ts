import { expect } from 'chai';
import { createMetrics } from '../../../src/metrics/metrics.ts';

const REQUEST = {
  traceId: 't',
  listener: 'public',
  method: 'POST',
  route: '/api/v1/auth/ws-ticket',
  status: 200,
  durationMs: 4,
};
const LOST = { endpoint: 'redis://host:6379', reason: 'closed', errorCode: 'ECONNRESET' };
const ISSUED = { traceId: 't', sessionId: 'session-1', subject: 'alice', ticketId: 'id', durationMs: 1 };

const setUp = () => {
  const underWay: string[] = [];
  const { observe, render, contentType } = createMetrics({ inFlight: () => underWay.length });
  const value = async (series: string): Promise<number | undefined> => {
    const line = (await render()).split('\n').find((text) => text.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };
  return { observe, render, contentType, value, begin: (path: string) => void underWay.push(path) };
};

describe('metrics', () => {
  it('count issued tickets, and tickets rejected because Redis is not ready', async () => {
    const { observe, value } = setUp();
    expect(await value('ticketd_tickets_issued_total')).to.equal(0);
    for (let n = 0; n < 3; n += 1) observe('ws_ticket_issued', ISSUED);
    observe('ws_ticket_redis_not_ready', { traceId: 't', error: 'down', errorCode: 'X' });
    expect(await value('ticketd_tickets_issued_total')).to.equal(3);
    expect(await value('ticketd_tickets_refused_redis_not_ready_total')).to.equal(1);
  });

  it('count unknown outcomes, internal errors and untrusted forward-auth peers', async () => {
    const { observe, value } = setUp();
    const failed = { traceId: 't', error: 'e', errorCode: 'X' };
    const counted = {
      ticketd_tickets_outcome_unknown_total: () => observe('ws_ticket_outcome_unknown', failed),
      ticketd_internal_errors_total: () => observe('internal_error', failed),
      ticketd_forward_auth_untrusted_total: () => observe('forward_auth_untrusted', { traceId: 't', peer: '::1' }),
    };
    for (const [name, happen] of Object.entries(counted)) {
      expect(await value(name)).to.equal(0);
      happen();
      expect(await value(name)).to.equal(1);
    }
  });

  it('count rejected tickets by via and reason, from 0 after the first request of a via', async () => {
    const { observe, value } = setUp();
    const refused = (via: string, reason: string) =>
      value(`ticketd_tickets_rejected_total{via="${via}",reason="${reason}"}`);
    expect(await refused('http', 'used')).to.equal(undefined);
    observe('ws_ticket_redeemed', { traceId: 't', ticketId: 'id', via: 'http', durationMs: 1 });
    for (const reason of ['unknown', 'malformed', 'used', 'revoked', 'audience', 'origin'])
      expect(await refused('http', reason), reason).to.equal(0);
    observe('ws_ticket_rejected', { traceId: 't', via: 'http', reason: 'used', durationMs: 1 });
    expect(await refused('http', 'used')).to.equal(1);
    expect(await refused('forward-auth/nginx', 'used')).to.equal(undefined);
  });

  it('count the identity providers whose keys cannot be fetched', async () => {
    const { observe, value } = setUp();
    const [endpoint, downMs] = ['https://id.example/jwks', 0];
    expect(await value('ticketd_jwks_stale')).to.equal(0);
    observe('jwks_refresh_fail', { endpoint, error: 'e', errorCode: 'X', attempts: 1, downMs });
    expect(await value('ticketd_jwks_stale')).to.equal(1);
    observe('jwks_refresh_fail', { endpoint: 'https://b.example', error: 'e', errorCode: 'X', attempts: 1, downMs });
    observe('jwks_refresh_fail', { endpoint, error: 'e', errorCode: 'X', attempts: 2, downMs });
    expect(await value('ticketd_jwks_stale')).to.equal(2);
    for (const one of ['https://b.example', endpoint])
      observe('jwks_refreshed', { endpoint: one, kids: 'a', keys: 1, unusable: 0 });
    expect(await value('ticketd_jwks_stale')).to.equal(0);
  });

  it('count requests by route and status, with a histogram of seconds', async () => {
    const { observe, value } = setUp();
    observe('request', REQUEST);
    observe('request', { ...REQUEST, durationMs: 400 });
    observe('request', { ...REQUEST, status: 503 });
    const labels = (status: number) =>
      `listener="public",method="POST",route="/api/v1/auth/ws-ticket",status="${status}"`;
    expect(await value(`ticketd_request_duration_seconds_count{${labels(200)}}`)).to.equal(2);
    expect(await value(`ticketd_request_duration_seconds_count{${labels(503)}}`)).to.equal(1);
    expect(await value(`ticketd_request_duration_seconds_sum{${labels(200)}}`)).to.be.closeTo(0.404, 1e-9);
    expect(await value(`ticketd_request_duration_seconds_bucket{le="0.005",${labels(200)}}`)).to.equal(1);
    expect(await value(`ticketd_request_duration_seconds_bucket{le="0.5",${labels(200)}}`)).to.equal(2);
  });

  it('count the revocations that Redis failed, and no other 503', async () => {
    const { observe, value } = setUp();
    const refused = () => value('ticketd_revocations_refused_total');
    const revoke = { ...REQUEST, status: 503, route: '/api/v1/auth/ws-ticket/revoke' };
    const logout = { ...revoke, route: '/api/v1/auth/backchannel-logout' };
    const errorCode = 'WS_TICKET_REDIS_NOT_READY';
    for (const other of ['AUTH_KEYS_UNAVAILABLE', 'SERVICE_OVERLOADED', undefined])
      for (const request of [revoke, logout]) observe('request', { ...request, errorCode: other });
    observe('request', { ...REQUEST, status: 503, errorCode });
    expect(await refused()).to.equal(0);
    for (const request of [revoke, logout]) observe('request', { ...request, errorCode });
    expect(await refused()).to.equal(2);
  });

  it('have no series for an unknown HTTP method', async () => {
    const { observe, render } = setUp();
    for (const method of ['BREW', 'PROPFIND', 'x']) observe('request', { ...REQUEST, method });
    expect(await render())
      .to.include('method="other"')
      .and.not.include('BREW');
  });

  it('report whether Redis is ready, and count its outages', async () => {
    const { observe, value } = setUp();
    expect(await value('ticketd_redis_ready')).to.equal(0);
    observe('redis_connect_ok', { endpoint: 'e', durationMs: 1, attempts: 1 });
    expect(await value('ticketd_redis_ready')).to.equal(1);
    observe('redis_down', LOST);
    expect(await value('ticketd_redis_ready')).to.equal(0);
    observe('redis_up', { endpoint: 'e', reason: 'r', downMs: 1 });
    observe('redis_down', LOST);
    observe('redis_up', { endpoint: 'e', reason: 'r', downMs: 1 });
    expect(await value('ticketd_redis_ready')).to.equal(1);
    expect(await value('ticketd_redis_outages_total')).to.equal(2);
  });

  it('report the duration and outcome of each startup phase', async () => {
    const { observe, value } = setUp();
    observe('phase_ok', { phase: 'config', durationMs: 12, timeoutMs: 100 });
    observe('phase_timeout', { phase: 'redis', durationMs: 8000, timeoutMs: 8000, error: 'e', errorCode: 'c' });
    observe('phase_fail', { phase: 'listen', durationMs: 5, timeoutMs: 100, error: 'e', errorCode: 'c' });
    const series = (phase: string, outcome: string) =>
      `ticketd_startup_phase_duration_seconds{phase="${phase}",outcome="${outcome}"}`;
    expect(await value(series('config', 'ok'))).to.equal(0.012);
    expect(await value(series('redis', 'timed-out'))).to.equal(8);
    expect(await value(series('listen', 'failed'))).to.equal(0.005);
  });

  it('report the number of requests in flight', async () => {
    const { value, begin } = setUp();
    expect(await value('ticketd_requests_in_flight')).to.equal(0);
    begin('/one');
    begin('/two');
    expect(await value('ticketd_requests_in_flight')).to.equal(2);
  });

  it('are Prometheus text, and include the default metrics of Node.js', async () => {
    const { render, contentType } = setUp();
    expect(contentType).to.match(/^text\/plain; version=0\.0\.4/);
    expect(await render())
      .to.include('nodejs_eventloop_lag_seconds')
      .and.include('process_cpu_seconds_total');
  });

  it('contain no subject, session, ticket or trace id', async () => {
    const { observe, render } = setUp();
    observe('ws_ticket_issued', { ...ISSUED, traceId: 'trace-1', ticketId: 'ticket-1' });
    observe('request', { ...REQUEST, traceId: 'trace-1' });
    const text = await render();
    for (const name of ['alice', 'session-1', 'ticket-1', 'trace-1']) expect(text).to.not.include(name);
  });

  it('are separate for each service in one process', async () => {
    const [one, other] = [setUp(), setUp()];
    one.observe('ws_ticket_issued', ISSUED);
    expect(await other.value('ticketd_tickets_issued_total')).to.equal(0);
  });
});
