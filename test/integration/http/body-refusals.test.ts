import { expect } from 'chai';
import { startRedis } from '../../support/redis.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';

const LIMIT = 4096;

const badBodies: Record<string, string> = {
  'malformed JSON': '{"audience":',
  'JSON with trailing text': '{} {}',
  'an array': '["chat"]',
  'a string': '"chat"',
  'a number': '7',
  null: 'null',
  'only spaces': '   ',
  'a number as audience': '{"audience":7}',
  'an object as audience': '{"audience":{"name":"chat"}}',
  'a list as channel': '{"channel":["a","b"]}',
  'true as channel': '{"channel":true}',
  'an audience of 129 characters': JSON.stringify({ audience: 'a'.repeat(129) }),
  'a channel of 257 characters': JSON.stringify({ channel: 'c'.repeat(257) }),
  'an unknown property': '{"audience":"chat","chanel":"room"}',
  'a property named constructor': '{"constructor":"chat"}',
  'a property named __proto__': '{"__proto__":{"audience":"chat"}}',
  'a property named toString': '{"toString":"chat"}',
};

const badTypes: Record<string, Record<string, string>> = {
  'text/plain': { 'Content-Type': 'text/plain' },
  'a form': { 'Content-Type': 'application/x-www-form-urlencoded' },
  'JSON in another charset': { 'Content-Type': 'application/json; charset=iso-8859-1' },
  'JSON in UTF-16': { 'Content-Type': 'application/json; charset=utf-16le' },
  'compressed JSON': { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
};

const goodTypes: readonly string[] = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=UTF-8',
  'Application/JSON',
];

describe('POST /ws-ticket body', () => {
  let service: RunningService;

  before(async () => {
    const { url } = await startRedis();
    service = await startService({ REDIS_URL: url });
  });
  after(() => service.stop());

  const sendJson = (body: string) => requestTicket(service).set('Content-Type', 'application/json').send(body);

  for (const [name, body] of Object.entries(badBodies))
    it(`returns 400 for ${name}`, async () => {
      expectRefusal(await sendJson(body), 400, 'BAD_REQUEST');
    });

  it('returns 400 for a body that is not UTF-8', async () => {
    const bytes = Buffer.from('{"audience":"caf\xe9"}', 'latin1');
    const response = await requestTicket(service)
      .set('Content-Type', 'application/json')
      .serialize((body) => body)
      .send(bytes);
    expectRefusal(response, 400, 'BAD_REQUEST');
  });

  for (const [name, headers] of Object.entries(badTypes))
    it(`returns 415 for ${name}`, async () => {
      expectRefusal(await requestTicket(service).set(headers).send('{}'), 415, 'UNSUPPORTED_MEDIA_TYPE');
    });

  it('returns 415 for a body without a Content-Type', async () => {
    const asked = requestTicket(service).set('Content-Length', '2');
    asked.write('{}');
    expectRefusal(await asked, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  for (const type of goodTypes)
    it(`accepts ${type}`, async () => {
      const { status } = await requestTicket(service).set('Content-Type', type).send('{"audience":"chat"}');
      expect(status).to.equal(200);
    });

  it('accepts an empty body of any Content-Type', async () => {
    const { status } = await requestTicket(service).set('Content-Type', 'text/plain');
    expect(status).to.equal(200);
  });

  it(`accepts ${LIMIT} bytes and returns 413 for one more`, async () => {
    expect((await sendJson('{}'.padEnd(LIMIT))).status).to.equal(200);
    expectRefusal(await sendJson('{}'.padEnd(LIMIT + 1)), 413, 'PAYLOAD_TOO_LARGE');
  });

  it('returns 413 for 1 MB', async () => {
    expectRefusal(await sendJson('{}'.padEnd(1_000_000)), 413, 'PAYLOAD_TOO_LARGE');
  });

  it('returns 413 for a chunked body that is too large', async () => {
    const asked = requestTicket(service).set('Content-Type', 'application/json');
    for (let sent = 0; sent <= LIMIT; sent += 512) asked.write(' '.repeat(512));
    expectRefusal(await asked, 413, 'PAYLOAD_TOO_LARGE');
  });

  it('logs no internal_error for any of these bodies', () => {
    expect(service.eventsOf('internal_error')).to.deep.equal([]);
  });
});
