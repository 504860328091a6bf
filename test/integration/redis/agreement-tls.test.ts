import { expectAgreement } from '../../support/redis-setups/expect-agreement.ts';
import { tlsSetups } from '../../support/redis-setups/tls.ts';
import { closeServers } from '../../support/tcp-server.ts';

describe('serve and check-redis agree, and the remedy works (tls)', () => {
  after(closeServers);
  expectAgreement(tlsSetups);
});
