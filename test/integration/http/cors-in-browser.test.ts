import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { TICKET_PATH } from '../../support/ask.ts';
import { launchChromium } from '../../support/chromium.ts';
import { listen } from '../../support/gateway-rig.ts';
import { bearer, token } from '../../support/jwt.ts';
import { type RunningService, startService } from '../../support/service.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

/** What each tracing library adds to the requests of a page. */
const added: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  OpenTelemetry: { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`, tracestate: 'a=b', baggage: 'user=7' },
  Sentry: { 'sentry-trace': `${TRACE_ID}-00f067aa0ba902b7-1`, baggage: 'sentry-environment=production' },
  'AWS X-Ray': { 'X-Amzn-Trace-Id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1' },
  Datadog: {
    'x-datadog-origin': 'rum',
    'x-datadog-parent-id': '7',
    'x-datadog-sampling-priority': '1',
    'x-datadog-tags': '_dd.p.tid=640cfd8d00000000',
    'x-datadog-trace-id': '8',
  },
  'New Relic': { newrelic: 'eyJ2IjpbMCwxXX0=', traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`, tracestate: 'a=b' },
  'Zipkin, in one header': { b3: `${TRACE_ID}-00f067aa0ba902b7-1` },
  'Zipkin, in several headers': {
    'X-B3-TraceId': TRACE_ID,
    'X-B3-SpanId': '00f067aa0ba902b7',
    'X-B3-ParentSpanId': '00f067aa0ba902b8',
    'X-B3-Sampled': '1',
    'X-B3-Flags': '1',
  },
  'Elastic APM': { 'elastic-apm-traceparent': `00-${TRACE_ID}-00f067aa0ba902b7-01` },
  Jaeger: { 'uber-trace-id': `${TRACE_ID}:1:0:1` },
  'Application Insights': { 'Request-Id': `|${TRACE_ID}.1.`, 'Request-Context': 'appId=cid-v1:7' },
  'a request id': { 'X-Request-Id': 'page-7' },
};

describe('CORS for a page in Chromium', function () {
  this.timeout(60_000);
  let pages: Server;
  let service: RunningService;
  let browser: Browser;
  let page: Page;

  before(async () => {
    pages = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end('<p>a page</p>'));
    const origin = `http://localhost:${await listen(pages)}`;
    service = await startService({ REDIS_URL: 'memory://', CORS_ORIGINS: origin });
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(origin);
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
    pages.close();
  });

  const fetchInPage = (headers: Readonly<Record<string, string>>, credentials: 'omit' | 'include') =>
    page.evaluate(
      async ([url, init]) => {
        const response = await fetch(url, init);
        const body = (await response.json()) as { ticket?: string; errorCode?: string };
        return { status: response.status, issued: body.ticket !== undefined, errorCode: body.errorCode };
      },
      [`${service.url}${TICKET_PATH}`, { method: 'POST', headers, credentials }] as const,
    );

  for (const [library, headers] of Object.entries(added))
    for (const credentials of ['omit', 'include'] as const)
      it(`issues a ticket to a page with the tracing headers of ${library}, with credentials: ${credentials}`, async () => {
        const { status, issued } = await fetchInPage({ ...bearer(token()), ...headers }, credentials);
        expect({ status, issued }).to.deep.equal({ status: 200, issued: true });
      });

  it('lets a page read a refusal of its request with credentials', async () => {
    const { status, errorCode } = await fetchInPage({ baggage: 'a=b' }, 'include');
    expect({ status, errorCode }).to.deep.equal({ status: 401, errorCode: 'AUTH_TOKEN_MISSING' });
  });

  it('does not allow a page any other header', async () => {
    const refused = await fetchInPage({ 'X-Unknown': '1' }, 'omit').catch((error: Error) => error.message);
    expect(refused).to.contain('Failed to fetch');
  });
});
