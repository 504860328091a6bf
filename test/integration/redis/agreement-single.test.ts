import { expectAgreement } from '../../support/redis-setups/expect-agreement.ts';
import { singleSetups } from '../../support/redis-setups/single.ts';
import { closeServers } from '../../support/tcp-server.ts';

describe('serve and check-redis agree, and the remedy works (single)', () => {
  after(closeServers);
  expectAgreement(singleSetups);
});
