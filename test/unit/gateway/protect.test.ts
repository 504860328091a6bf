import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import type { Admission, Verdict } from '../../../src/gateway/admission.ts';
import type { GatewayEvent } from '../../../src/gateway/events.ts';
import { type ProtectionOptions, protectServer } from '../../../src/gateway/protect.ts';
import { UpgradeRefused } from '../../../src/gateway/refusal.ts';
import { fakeServer } from '../../support/fake-upgrade.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';
import { hostileValues } from '../../support/hostile-values.ts';

const ADMITTED = { outcome: 'admitted', admission: { subject: 'alice', traceId: 'id-1' } as Admission } as const;
const REFUSED: Verdict = {
  outcome: 'refused',
  refusal: new UpgradeRefused('WS_TICKET_NOT_REDEEMABLE', { traceId: 'id-2' }),
};

type Handled = readonly ['accept' | 'refuse', unknown];

const protection = (verdict: Verdict | Promise<Verdict>, handler: Partial<ProtectionOptions['handler']> = {}) => {
  const handled: Handled[] = [];
  const events: GatewayEvent[] = [];
  const { server, upgrade } = fakeServer();
  const end = protectServer(server, {
    authenticate: async () => verdict,
    handler: {
      accept: (_request, _socket, _head, admission) => void handled.push(['accept', admission]),
      refuse: (_request, _socket, _head, refusal) => void handled.push(['refuse', refusal]),
      ...handler,
    },
    path: undefined,
    timeoutMs: 1000,
    report: (event) => events.push(event),
  });
  return { handled, events, upgrade, server, end };
};

const failure = (more: object) => ({
  event: 'upgrade_failed',
  level: 'error',
  traceId: 'id-1',
  errorCode: 'WS_TICKET_OUTCOME_UNKNOWN',
  ...more,
});

describe('ticketd/gateway protect()', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('calls the accept handler for an admitted upgrade and the refuse handler for a refused one', async () => {
    for (const [verdict, expected] of [
      [ADMITTED, ['accept', ADMITTED.admission]],
      [REFUSED, ['refuse', REFUSED.refusal]],
    ] as const) {
      const { handled, events, upgrade } = protection(verdict);
      upgrade('/');
      await turns();
      expect(handled).to.deep.equal([expected]);
      expect(events).to.deep.equal([]);
    }
  });

  it('calls no handler and reports client_left when the client disconnected meanwhile', async () => {
    const { handled, events, upgrade } = protection(ADMITTED);
    upgrade('/').destroy();
    await turns();
    expect(handled).to.deep.equal([]);
    expect(events).to.deep.equal([{ event: 'client_left', level: 'info', traceId: 'id-1' }]);
  });

  it('leaves a connection that another upgrade listener took, and reports upgrade_failed', async () => {
    const { handled, events, upgrade } = protection(ADMITTED);
    const connection = upgrade('/');
    connection.on('data', () => {});
    await turns();
    expect(handled).to.deep.equal([]);
    const { stack, ...event } = events[0] as Extract<GatewayEvent, { event: 'upgrade_failed' }>;
    expect(event).to.deep.equal(failure({ error: 'another upgrade listener of the server took the connection' }));
    expect(stack).to.match(/^Error: another upgrade/);
    expect({ sent: connection.sent, destroyed: connection.destroyed }).to.deep.equal({ sent: '', destroyed: false });
  });

  it('answers 503 at the time limit when nothing takes the connection', async () => {
    const { events, upgrade } = protection(ADMITTED);
    const connection = upgrade('/');
    await turns();
    clock.tick(999);
    expect(connection.sent).to.equal('');
    clock.tick(1);
    expect(connection.sent).to.match(/^HTTP\/1.1 503 [\s\S]*"errorCode":"WS_TICKET_OUTCOME_UNKNOWN"/);
    expect(events[0]).to.include(failure({ error: 'nothing took the connection within 1000 ms' }));
  });

  it('answers with the original refusal at the time limit when the refuse handler does nothing', async () => {
    const { upgrade } = protection(REFUSED);
    const connection = upgrade('/');
    await turns();
    clock.tick(1000);
    expect(connection.sent).to.match(/^HTTP\/1.1 403 [\s\S]*"traceId":"id-2"/);
  });

  it('does nothing at the time limit when the accept handler took the connection', async () => {
    const { events, upgrade } = protection(ADMITTED, { accept: (_request, socket) => socket.on('data', () => {}) });
    const connection = upgrade('/');
    await turns();
    clock.tick(1_000_000);
    expect({ sent: connection.sent, destroyed: connection.destroyed }).to.deep.equal({ sent: '', destroyed: false });
    expect(events).to.deep.equal([]);
  });

  for (const [what, value] of Object.entries(hostileValues())) {
    const raise = () => {
      throw value;
    };

    it(`answers 503 when the accept handler throws or rejects with ${what}`, async () => {
      for (const accept of [raise, async () => raise()]) {
        const { events, upgrade } = protection(ADMITTED, { accept });
        const connection = upgrade('/');
        await turns();
        expect(connection.sent).to.match(/^HTTP\/1.1 503 [\s\S]*"errorCode":"WS_TICKET_OUTCOME_UNKNOWN"/);
        expect(events).to.have.length(1);
        expect(events[0]).to.include(failure({}));
      }
    });

    it(`destroys a connection that the accept handler took before it throws ${what}`, async () => {
      const { events, upgrade } = protection(ADMITTED, {
        accept: (_request, socket) => {
          socket.on('data', () => {});
          raise();
        },
      });
      const connection = upgrade('/');
      await turns();
      expect({ sent: connection.sent, destroyed: connection.destroyed }).to.deep.equal({ sent: '', destroyed: true });
      expect(events).to.have.length(1);
    });

    it(`destroys the connection when the authentication rejects with ${what}`, async () => {
      const rejecting = new Promise<Verdict>((_resolve, reject) => reject(value));
      const { handled, upgrade } = protection(rejecting);
      const connection = upgrade('/');
      await turns();
      expect(handled).to.deep.equal([]);
      expect(connection.destroyed).to.equal(true);
    });
  }

  it('answers with the original refusal when the refuse handler throws or rejects', async () => {
    const raise = () => {
      throw new Error('broken');
    };
    for (const refuse of [raise, async () => raise()]) {
      const { events, upgrade } = protection(REFUSED, { refuse });
      const connection = upgrade('/');
      await turns();
      expect(connection.sent).to.match(/^HTTP\/1.1 403 /);
      expect(events).to.have.length(1);
    }
  });

  it('masks a ticket in the reported error and stack', async () => {
    const ticket = 'wst_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const { events, upgrade } = protection(ADMITTED, {
      accept: () => {
        throw new Error(`no room for ${ticket}`);
      },
    });
    upgrade('/');
    await turns();
    const [event] = events as readonly Extract<GatewayEvent, { event: 'upgrade_failed' }>[];
    expect(event?.error).to.equal('no room for [ticket]');
    expect(event?.stack).to.match(/^Error: no room for \[ticket\]\n/);
  });

  it('reports no stack when the thrown value has none', async () => {
    const { events, upgrade } = protection(ADMITTED, { accept: () => Promise.reject('broken') });
    upgrade('/');
    await turns();
    expect(events[0]).to.deep.equal(failure({ error: 'broken', stack: undefined }));
  });

  it('removes its upgrade listener when it is ended', () => {
    const { server, end } = protection(ADMITTED);
    end();
    expect(server.listenerCount('upgrade')).to.equal(0);
  });
});
