import { once } from 'node:events';
import { expect } from 'chai';
import { type SinonStub, stub } from 'sinon';
import { type GatewayEvent, printErrors, safely } from '../../../src/gateway/events.ts';
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

describe('what a gateway reports', () => {
  it('is printed by default, if it is an error', () => {
    const printed = stub(console, 'error');
    try {
      printErrors(FAILED);
      printErrors({ event: 'client_left', level: 'info', traceId: 't' });
      expect(printed.args).to.deep.equal([[JSON.stringify(FAILED)]]);
    } finally {
      printed.restore();
    }
  });

  it('ends nothing where the listener throws, but does not go unnoticed', async () => {
    const warned = once(process, 'warning');
    safely(() => {
      throw new Error('from the listener');
    })(FAILED);
    expect((await warned)[0]).to.include({ message: 'onEvent threw: from the listener', name: 'TicketdWarning' });
  });

  describe('where a listener fails', () => {
    let warnings: SinonStub;
    beforeEach(() => {
      warnings = stub(process, 'emitWarning');
    });
    afterEach(() => warnings.restore());

    for (const [what, value] of Object.entries(hostileValues()))
      it(`ends nothing and warns once where it throws ${what}, or rejects with it`, async () => {
        const raise = () => {
          throw value;
        };
        for (const listener of [raise, async () => raise(), () => thenable(raise)]) {
          warnings.resetHistory();
          safely(listener)(FAILED);
          await turns();
          expect(warnings.args.map(([text]) => String(text).startsWith('onEvent threw: '))).to.deep.equal([true]);
        }
      });
  });

  it('reaches the listener before the call returns, and warns of nothing where it succeeds', async () => {
    const warnings = stub(process, 'emitWarning');
    const heard: GatewayEvent[] = [];
    safely(async (event) => void heard.push(event))(FAILED);
    expect(heard).to.deep.equal([FAILED]);
    await turns();
    expect(warnings.args).to.deep.equal([]);
    warnings.restore();
  });
});
