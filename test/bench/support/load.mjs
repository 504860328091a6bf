// A process of its own that sends requests: node load.mjs, told by one JSON line on standard input, answers with one.
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import autocannon from 'autocannon';

const { url, connections, seconds, amount, requestsFile, keepBodies } = JSON.parse(await text(process.stdin));
/** Each `{ headers, body? }`; taken in turn, so that no cache of one token flatters anyone. */
const requests = JSON.parse(await readFile(requestsFile, 'utf8'));
const bodies = [];
let next = 0;

const result = await autocannon({
  url,
  connections,
  ...(amount === undefined ? { duration: seconds } : { amount }),
  method: 'POST',
  // How soon it sees that an amount was reached.
  sampleInt: 100,
  requests: [
    {
      setupRequest: (request) => ({ ...request, ...requests[next++ % requests.length] }),
      ...(keepBodies && { onResponse: (status, body) => void (status === 200 && bodies.push(body)) }),
    },
  ],
});
const { latency, statusCodeStats, duration, errors, timeouts } = result;
console.log(
  JSON.stringify({
    seconds: duration,
    statuses: Object.fromEntries(Object.entries(statusCodeStats).map(([status, { count }]) => [status, count])),
    failed: errors + timeouts,
    latencyMs: { p50: latency.p50, p99: latency.p99, p999: latency.p99_9, max: latency.max },
    ...(keepBodies && { bodies }),
  }),
);
