import { startBrowserClient } from '../../support/day/browser-client.ts';
import { describeDay } from '../../support/day/describe-day.ts';

describeDay('Chromium', startBrowserClient);
