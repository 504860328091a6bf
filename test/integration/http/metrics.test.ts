import { connect } from 'node:net';
import { expect } from 'chai';
import request from 'supertest';
import { TICKET_PATH } from '../../support/ask.ts';
import { token } from '../../support/jwt.ts';
import { metricValue } from '../../support/metric-value.ts';
import { rawRequest } from '../../support/raw-http.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

const LABELS = ['listener', 'method', 'route', 'status', 'le', 'phase', 'outcome', 'reason', 'command', 'via'];

describe('GET /metrics', () => {
  let redis: TestRedis;
  let service: RunningService;

  beforeEach(async () => {
    redis ??= await startRedis();
    service = await startService({ REDIS_URL: redis.url });
  });
  afterEach(async () => {
    await service.stop();
    await redis.start();
  });

  const scrape = async (): Promise<string> => (await request(service.internalUrl).get('/metrics')).text;

  const untilMetric = (name: string, labels: Record<string, string>, value: number) =>
    until(
      `${name} ${JSON.stringify(labels)} is ${value}`,
      async () => metricValue(await scrape(), name, labels) === value,
    );

  const requests = (status: string, labels: Record<string, string> = {}) => ({
    listener: 'public',
    method: 'POST',
    route: TICKET_PATH,
    status,
    ...labels,
  });

  it('returns the Prometheus text format', async () => {
    const { status, headers, text } = await request(service.internalUrl).get('/metrics');
    expect(status).to.equal(200);
    expect(headers['content-type']).to.match(/^text\/plain; version=0\.0\.4; charset=utf-8$/);
    expect(headers['cache-control']).to.equal('no-store');
    expect(text)
      .to.match(/^# HELP /m)
      .and.match(/^# TYPE /m);
    const odd = text.split('\n').filter((line) => !/^(#.*|\w+(\{[^}]*\})? ([-+.\de]+|[+-]Inf|nan)|)$/i.test(line));
    expect(odd).to.deep.equal([]);
  });

  it('counts issued tickets', async () => {
    expect(metricValue(await scrape(), 'ticketd_tickets_issued_total')).to.equal(0);
    await Promise.all([requestTicket(service), requestTicket(service), requestTicket(service, 'garbage')]);
    expect(metricValue(await scrape(), 'ticketd_tickets_issued_total')).to.equal(2);
  });

  it('counts requests by route and status, with a latency histogram', async () => {
    await Promise.all([requestTicket(service), requestTicket(service), requestTicket(service, 'garbage')]);
    await untilMetric('ticketd_request_duration_seconds_count', requests('200'), 2);
    await untilMetric('ticketd_request_duration_seconds_count', requests('401'), 1);
    await untilMetric('ticketd_request_duration_seconds_bucket', requests('200', { le: '+Inf' }), 2);
  });

  it('uses neither the requested path nor an unknown method as a label', async () => {
    await request(service.url).get('/some/path/of/the/caller');
    await request(service.url).propfind('/health');
    const unmatched = { listener: 'public', method: 'GET', route: 'none', status: '404' };
    await untilMetric('ticketd_request_duration_seconds_count', unmatched, 1);
    await until('the other method is counted', async () => /method="other"/.test(await scrape()));
    expect(await scrape()).not.to.match(/some\/path|propfind/i);
  });

  it('reports whether Redis is ready, and how often it was lost', async () => {
    await untilMetric('ticketd_redis_ready', {}, 1);
    expect(metricValue(await scrape(), 'ticketd_redis_outages_total')).to.equal(0);
    await redis.stop();
    await untilMetric('ticketd_redis_ready', {}, 0);
    await untilMetric('ticketd_redis_outages_total', {}, 1);
    await requestTicket(service);
    await untilMetric('ticketd_tickets_refused_redis_not_ready_total', {}, 1);
    await redis.start();
    await untilMetric('ticketd_redis_ready', {}, 1);
    expect(metricValue(await scrape(), 'ticketd_redis_outages_total')).to.equal(1);
  });

  it('reports the duration of each startup phase', async () => {
    const text = await scrape();
    for (const phase of ['config', 'redis', 'listen'])
      expect(metricValue(text, 'ticketd_startup_phase_duration_seconds', { phase, outcome: 'ok' })).to.be.within(0, 20);
  });

  it('counts the requests in flight, including its own', async () => {
    await untilMetric('ticketd_requests_in_flight', {}, 1);
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    const headers = [
      'Host: x',
      `Authorization: Bearer ${token()}`,
      'Content-Type: application/json',
      'Content-Length: 9',
    ];
    socket.write(rawRequest(`POST ${TICKET_PATH} HTTP/1.1`, headers, '{'));
    await untilMetric('ticketd_requests_in_flight', {}, 2);
    socket.destroy();
    await untilMetric('ticketd_requests_in_flight', {}, 1);
  });

  it('includes the default metrics of Node.js', async () => {
    const text = await scrape();
    expect(metricValue(text, 'nodejs_heap_size_used_bytes')).to.be.above(0);
    expect(metricValue(text, 'process_cpu_seconds_total')).to.be.a('number');
    expect(text).to.match(/^nodejs_eventloop_lag_p99_seconds /m);
  });

  it('contains no subject, session, ticket or key', async () => {
    const { body } = await requestTicket(service, token({ sub: 'subject-77', sessionId: 'session-77' })).send({
      audience: 'audience-77',
      channel: 'channel-77',
    });
    const ticketId = String(service.eventsOf('ws_ticket_issued')[0]?.ticketId);
    await untilMetric('ticketd_request_duration_seconds_count', requests('200'), 1);
    const text = await scrape();
    for (const secret of ['-77', body.ticket, body.traceId, ticketId]) expect(text).not.to.include(secret);
    const own = text.split('\n').filter((line) => line.startsWith('ticketd_'));
    const labels = own.flatMap((line) => [...line.matchAll(/[{,]([a-z_]+)="/g)].map(([, name]) => name));
    expect(LABELS).to.include.members([...new Set(labels)]);
  });
});
