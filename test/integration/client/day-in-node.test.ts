import { describeDay } from '../../support/day/describe-day.ts';
import { startNodeClient } from '../../support/day/node-client.ts';

describeDay('Node.js', (addresses, installed) => startNodeClient(installed, addresses));
