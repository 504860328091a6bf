import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { answerRefusal, respond } from '../../../src/gateway/http-response.ts';
import { type RefusalCode, UpgradeRefused } from '../../../src/gateway/refusal.ts';
import { fakeConnection } from '../../support/fake-upgrade.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { answersIn } from '../../support/raw-http.ts';

const NOW = Date.parse('2026-01-01T00:00:00.000Z');

describe('ticketd/gateway answerRefusal()', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime(NOW);
  });
  afterEach(() => clock.restore());

  const COMMON = {
    date: 'Thu, 01 Jan 2026 00:00:00 GMT',
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-trace-id': 'id-1',
    connection: 'close',
  };

  for (const [code, status, more, retryAfter] of [
    ['WS_TICKET_MISSING', '401 Unauthorized', { 'www-authenticate': 'Ticket realm="ticketd"' }, undefined],
    ['WS_TICKET_NOT_REDEEMABLE', '403 Forbidden', {}, undefined],
    ['WS_TICKET_OUTCOME_UNKNOWN', '503 Service Unavailable', { 'retry-after': '2' }, 2],
    ['WS_TICKET_REDIS_NOT_READY', '503 Service Unavailable', { 'retry-after': '2' }, 2],
  ] as readonly [RefusalCode, string, object, number | undefined][])
    it(`answers ${status} for ${code} and closes the connection`, async () => {
      const connection = fakeConnection();
      const refusal = new UpgradeRefused(code, { traceId: 'id-1' });
      answerRefusal(connection, refusal);
      await once(connection, 'close');
      expect(connection.sent.startsWith(`HTTP/1.1 ${status}\r\n`)).to.equal(true);
      const [answer = expect.fail()] = answersIn(connection.sent);
      const { 'content-length': length, ...headers } = answer.headers;
      expect(headers).to.deep.equal({ ...COMMON, ...more });
      expect(Number(length)).to.equal(Buffer.byteLength(answer.body));
      const body = { errorCode: code, message: refusal.message, traceId: 'id-1' };
      expect(JSON.parse(answer.body)).to.deep.equal(retryAfter === undefined ? body : { ...body, retryAfter });
      expect(clock.countTimers()).to.equal(0);
    });

  it('sets Content-Length in bytes, not characters', async () => {
    const connection = fakeConnection();
    respond(connection, { errorCode: 'NOT_FOUND', message: '€', traceId: 't' });
    await once(connection, 'close');
    const body = '{"errorCode":"NOT_FOUND","message":"€","traceId":"t"}';
    expect(connection.sent)
      .to.include(`Content-Length: ${Buffer.byteLength(body)}\r\n`)
      .and.match(/"€"/);
  });

  it('destroys the connection after 5 s when the client does not read', () => {
    const stuck = new Duplex({ read: () => {}, write: () => {} });
    answerRefusal(stuck, new UpgradeRefused('WS_TICKET_MISSING', { traceId: 't' }));
    clock.tick(4999);
    expect(stuck.destroyed).to.equal(false);
    clock.tick(1);
    expect(stuck.destroyed).to.equal(true);
  });

  it('destroys a connection that is ended or closed, without writing to it', () => {
    for (const end of [(socket: Duplex) => socket.end(), (socket: Duplex) => socket.destroy()]) {
      const connection = fakeConnection();
      end(connection);
      answerRefusal(connection, new UpgradeRefused('WS_TICKET_MISSING', { traceId: 't' }));
      expect({ sent: connection.sent, destroyed: connection.destroyed }).to.deep.equal({ sent: '', destroyed: true });
      expect(clock.countTimers()).to.equal(0);
    }
  });

  it('destroys the connection after an error event and does not throw', () => {
    const stuck = new Duplex({ read: () => {}, write: () => {} });
    answerRefusal(stuck, new UpgradeRefused('WS_TICKET_MISSING', { traceId: 't' }));
    stuck.emit('error', new Error('reset'));
    expect(stuck.destroyed).to.equal(true);
  });
});
