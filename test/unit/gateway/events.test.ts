import { once } from 'node:events';
import { expect } from 'chai';
import { stub } from 'sinon';
import { type GatewayEvent, printErrors, safely } from '../../../src/gateway/events.ts';

const FAILED: GatewayEvent = {
  event: 'redeem_failed',
  level: 'error',
  traceId: 't',
  durationMs: 1,
  errorCode: 'WS_TICKET_REDIS_NOT_READY',
  error: 'connect ECONNREFUSED',
};

describe('what a gateway tells', () => {
  it('is printed where nobody listens, if it went wrong', () => {
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
    expect((await warned)[0]).to.have.property('message', 'onEvent threw: from the listener');
  });
});
