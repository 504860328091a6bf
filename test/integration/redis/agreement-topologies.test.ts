import { expectAgreement } from '../../support/redis-setups/expect-agreement.ts';
import { topologySetups } from '../../support/redis-setups/topologies.ts';
import { closeServers } from '../../support/tcp-server.ts';

describe('serve and check-redis agree, and the remedy works (topologies)', () => {
  after(closeServers);
  expectAgreement(topologySetups);
});
