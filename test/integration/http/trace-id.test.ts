import { expect } from 'chai';
import request from 'supertest';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { keyOf, requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const AMAZON = 'Root=1-5759e988-bd862e3fe1be46a994272793';
const FROM_AMAZON = '5759e988bd862e3fe1be46a994272793';
const MADE = /^[0-9a-f]{32}$/;

type Headers = Record<string, string>;

const taken: Record<string, [Headers, string]> = {
  traceparent: [{ traceparent: TRACEPARENT }, TRACE],
  'a traceparent of a later version': [{ traceparent: `cc-${TRACE}-00f067aa0ba902b7-01-more` }, TRACE],
  "X-Amzn-Trace-Id's Root": [{ 'X-Amzn-Trace-Id': AMAZON }, FROM_AMAZON],
  'a Root after Self': [
    { 'X-Amzn-Trace-Id': `Self=1-67891234-12456789abcdef012345678a;${AMAZON};Sampled=1` },
    FROM_AMAZON,
  ],
  'X-Request-Id': [{ 'X-Request-Id': 'req_7.A-z' }, 'req_7.A-z'],
  'an X-Request-Id of 128 characters': [{ 'X-Request-Id': 'r'.repeat(128) }, 'r'.repeat(128)],
  'traceparent before the others': [
    { traceparent: TRACEPARENT, 'X-Amzn-Trace-Id': AMAZON, 'X-Request-Id': 'r' },
    TRACE,
  ],
  'X-Amzn-Trace-Id before X-Request-Id': [{ 'X-Amzn-Trace-Id': AMAZON, 'X-Request-Id': 'r' }, FROM_AMAZON],
  'the next header when traceparent is malformed': [{ traceparent: 'x', 'X-Amzn-Trace-Id': AMAZON }, FROM_AMAZON],
  'the last header when the others are malformed': [
    { traceparent: 'x', 'X-Amzn-Trace-Id': 'y', 'X-Request-Id': 'r' },
    'r',
  ],
};

const ignored: Record<string, Headers> = {
  'a traceparent too short': { traceparent: `00-${TRACE.slice(1)}-00f067aa0ba902b7-01` },
  'a traceparent in capitals': { traceparent: TRACEPARENT.toUpperCase() },
  'a traceparent of zeros': { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` },
  'a traceparent without a parent': { traceparent: `00-${TRACE}-${'0'.repeat(16)}-01` },
  'a traceparent of version ff': { traceparent: `ff-${TRACE}-00f067aa0ba902b7-01` },
  'an X-Amzn-Trace-Id without Root': { 'X-Amzn-Trace-Id': 'Self=1-67891234-12456789abcdef012345678a' },
  'an X-Amzn-Trace-Id that is not hex': { 'X-Amzn-Trace-Id': 'Root=1-5759e988-zz862e3fe1be46a994272793' },
  'an empty X-Request-Id': { 'X-Request-Id': '' },
  'an X-Request-Id of 129 characters': { 'X-Request-Id': 'r'.repeat(129) },
  'an X-Request-Id with other characters': { 'X-Request-Id': 'a b' },
  'an X-Request-Id with markup': { 'X-Request-Id': '<script>' },
};

describe('trace id', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    service = await startService({ REDIS_URL: redis.url });
  });
  after(() => service.stop());

  for (const [name, [headers, expected]] of Object.entries(taken))
    it(`is taken from ${name}`, async () => {
      const answer = await requestTicket(service).set(headers);
      expect(answer.headers['x-trace-id']).to.equal(expected);
      expect(answer.body.traceId).to.equal(expected);
    });

  for (const [name, headers] of Object.entries(ignored))
    it(`is generated, and not taken from ${name}`, async () => {
      const { headers: answered } = await request(service.url).get('/health').set(headers);
      expect(answered['x-trace-id']).to.match(MADE);
      expect([TRACE, '0'.repeat(32)]).not.to.include(answered['x-trace-id']);
    });

  it('differs for every request without a trace header', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => await request(service.url).get('/health')),
    );
    expect(new Set(answers.map(({ headers }) => headers['x-trace-id'])).size).to.equal(20);
  });

  it('is in the header and the body of every refusal', async () => {
    const refusals = [
      request(service.url).get('/nowhere'),
      request(service.url).put('/health'),
      requestTicket(service, 'x'),
    ];
    for (const refusal of refusals) {
      const { headers, body } = await refusal.set('traceparent', TRACEPARENT);
      expect(headers['x-trace-id']).to.equal(TRACE);
      expect(body.traceId).to.equal(TRACE);
    }
  });

  it('is logged with the ticket and stored in Redis', async () => {
    const { body } = await requestTicket(service).set('X-Request-Id', 'followed-everywhere');
    const logged = service.eventsOf('ws_ticket_issued').map(({ traceId }) => traceId);
    expect(logged).to.include('followed-everywhere');
    expect(JSON.parse(await redis.cli('GET', keyOf(body.ticket)))).to.include({ r: 'followed-everywhere' });
  });
});
