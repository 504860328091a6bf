import { once } from 'node:events';
import { expect } from 'chai';
import { type SinonStub, stub } from 'sinon';
import { type GatewayEvent, isolated, printErrors } from '../../../src/gateway/events.ts';
import { turns } from '../../support/frozen-time.ts';
import { hostileValues, thenable } from '../../support/hostile-values.ts';

const FAILED: GatewayEvent = {
  event: 'redeem_failed',
  level: 'error',
  traceId: 't',
  durationMs: 1,
  errorCode: 'WS_TICKET_REDIS_NOT_READY',
  error: 'connect ECONNREFUSED',
};

describe('ticketd/gateway onEvent', () => {
  it('prints error events, and no others, by default', () => {
    const printed = stub(console, 'error');
    try {
      printErrors(FAILED);
      printErrors({ event: 'client_left', level: 'info', traceId: 't' });
      expect(printed.args).to.deep.equal([[JSON.stringify(FAILED)]]);
    } finally {
      printed.restore();
    }
  });

  it('emits a process warning when the listener throws', async () => {
    const warned = once(process, 'warning');
    isolated(() => {
      throw new Error('from the listener');
    })(FAILED);
    expect((await warned)[0]).to.include({ message: 'onEvent threw: from the listener', name: 'TicketdWarning' });
  });

  describe('when the listener fails', () => {
    let warnings: SinonStub;
    beforeEach(() => {
      warnings = stub(process, 'emitWarning');
    });
    afterEach(() => warnings.restore());

    for (const [what, value] of Object.entries(hostileValues()))
      it(`emits one warning and does not throw when it throws or rejects with ${what}`, async () => {
        const raise = () => {
          throw value;
        };
        for (const listener of [raise, async () => raise(), () => thenable(raise)]) {
          warnings.resetHistory();
          isolated(listener)(FAILED);
          await turns();
          expect(warnings.args.map(([text]) => String(text).startsWith('onEvent threw: '))).to.deep.equal([true]);
        }
      });
  });

  it('calls the listener synchronously and emits no warning when it succeeds', async () => {
    const warnings = stub(process, 'emitWarning');
    const heard: GatewayEvent[] = [];
    isolated(async (event) => void heard.push(event))(FAILED);
    expect(heard).to.deep.equal([FAILED]);
    await turns();
    expect(warnings.args).to.deep.equal([]);
    warnings.restore();
  });
});
