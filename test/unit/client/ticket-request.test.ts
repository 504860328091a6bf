import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createClientRig } from '../../support/client-rig.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('ticketd/client ticket request', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('is a POST with the JWT, no cookies, no cache and no body', async () => {
    const rig = createClientRig(clock, { getToken: async () => 'a.b.c' });
    await rig.pass(0);
    const { url, init } = rig.request();
    expect(url).to.equal('https://api.test/ticket');
    expect(init).to.include({ method: 'POST', credentials: 'omit', cache: 'no-store', body: null });
    expect(init.headers).to.deep.equal({ Authorization: 'Bearer a.b.c' });
  });

  it('contains audience and channel as JSON when they are set', async () => {
    const rig = createClientRig(clock, { audience: 'chat', channel: 'room 7' });
    await rig.pass(0);
    const { init } = rig.request();
    expect(JSON.parse(String(init.body))).to.deep.equal({ audience: 'chat', channel: 'room 7' });
    expect(init.headers).to.include({ 'Content-Type': 'application/json' });
    const other = createClientRig(clock, { channel: 'room 7' });
    await other.pass(0);
    expect(JSON.parse(String(other.request().init.body))).to.deep.equal({ channel: 'room 7' });
  });

  it('calls getToken each time', async () => {
    let asked = 0;
    const rig = createClientRig(clock, { getToken: () => `jwt-${++asked}` });
    await rig.pass(0);
    await rig.request().answer(500);
    await rig.pass(500);
    expect(rig.requests.map(({ init }) => new Headers(init.headers).get('Authorization'))).to.deep.equal([
      'Bearer jwt-1',
      'Bearer jwt-2',
    ]);
  });

  it('starts after the calling code has run, so that it can add its listeners', async () => {
    const rig = createClientRig(clock);
    expect(rig.client.state).to.equal('connecting');
    expect(rig.requests).to.have.lengthOf(0);
    await rig.pass(0);
    expect(rig.journal).to.deep.equal(['connecting 0 connect @ 0']);
  });

  it('is not sent when close() is called immediately', async () => {
    const rig = createClientRig(clock);
    rig.client.close();
    await rig.pass(1_000);
    expect(rig.journal).to.deep.equal(['stopped closed @ 0']);
    expect(rig.requests).to.have.lengthOf(0);
  });

  const failures: Readonly<Record<string, readonly [status: number, body: unknown]>> = {
    'a 500 from ticketd': [500, { errorCode: 'INTERNAL_ERROR' }],
    'a 500 that contains a ticket': [500, { ticket: 'wst_x' }],
    'a 502 that is not JSON': [502, '<h1>Bad Gateway</h1>'],
    'an HTML page in place of a ticket': [200, '<h1>Sign in to this network</h1>'],
    'JSON without a ticket': [200, { hello: 'world' }],
    'JSON null': [200, 'null'],
    'a 408 timeout': [408, { errorCode: 'REQUEST_TIMEOUT' }],
    '429 WS_TICKET_RATE_LIMITED': [429, { errorCode: 'WS_TICKET_RATE_LIMITED' }],
    'a 404 that is not from ticketd': [404, 'default backend'],
  };
  for (const [what, [status, body]] of Object.entries(failures))
    it(`reports ticket-error and retries after ${what}`, async () => {
      const rig = createClientRig(clock);
      await rig.pass(0);
      await rig.request().answer(status, body);
      await rig.pass(500);
      const reported = rig.journal.find((line) => line.startsWith('ticket-error'));
      expect(reported).to.match(new RegExp(`^ticket-error ${status}\\b`));
      expect(rig.requests).to.have.lengthOf(2);
      expect(rig.sockets).to.have.lengthOf(0);
    });

  it('reports ticket-error with the error of fetch or of getToken', async () => {
    const rig = createClientRig(clock, { random: () => 0 });
    const errors: unknown[] = [];
    rig.client.addEventListener('ticket-error', ({ error }) => void errors.push(error));
    await rig.pass(0);
    const offline = new TypeError('Failed to fetch');
    await rig.request().fail(offline);
    expect(errors).to.deep.equal([offline]);
    const broken = new Error('no refresh token');
    let asked = 0;
    const other = createClientRig(clock, {
      getToken: () => {
        asked += 1;
        throw broken;
      },
    });
    await other.pass(0);
    expect(other.journal).to.include('ticket-error Error: no refresh token @ 0');
    await other.pass(500);
    expect(asked).to.equal(2);
    expect(other.requests).to.have.lengthOf(0);
  });

  it('reports the traceId of ticketd in ticket and ticket-error events', async () => {
    const rig = createClientRig(clock);
    const traces: unknown[] = [];
    rig.client.addEventListener('ticket-error', ({ traceId }) => void traces.push(traceId));
    rig.client.addEventListener('ticket', ({ traceId }) => void traces.push(traceId));
    await rig.pass(0);
    await rig.request().answer(503, { errorCode: 'WS_TICKET_REDIS_NOT_READY', traceId: 'one' });
    await rig.pass(500);
    await rig.request().answer(200, { ticket: 'wst_x', traceId: 'two' });
    expect(traces).to.deep.equal(['one', 'two']);
  });
});
