import { expect } from 'chai';
import { type EventDeclaration, events } from '../../../src/log/events.ts';
import { closeProviders } from '../../support/identity-provider.ts';
import { closeServers } from '../../support/tcp-server.ts';
import { endAll, type LogLine } from '../../support/ticketd.ts';
import { goesOff, logMetrics } from '../support/log-metrics.ts';
import { allRecorded, recorded } from '../support/recordings.ts';
import type { Alarm } from '../support/rules/alarm-rules.ts';
import { ofType, wholeStack } from '../support/sample.ts';
import { scenarios } from '../support/scenarios.ts';

/** Which lines each metric must count, written independently of the filters. */
const MEANT: Readonly<Record<string, (line: LogLine) => boolean>> = {
  RedisConnectionFailures: ({ event }) => event === 'redis_connect_fail',
  WSTicketRedisNotReady: ({ event }) => event === 'ws_ticket_redis_not_ready',
  StartupFailures: ({ event, errorCode }) => /^phase_(fail|timeout)$/.test(event ?? '') && errorCode !== 'INTERRUPTED',
  ForcedStops: ({ event }) => event === 'server_stop_forced',
  ReplayedTickets: ({ event, reason }) => event === 'ws_ticket_rejected' && reason === 'used',
  InternalErrors: ({ event }) => event === 'internal_error' || event === 'uncaught_error',
  StaleJwtKeys: ({ event, downMs }) => event === 'jwks_refresh_fail' && Number(downMs) > 240_000,
  RevocationReaderDown: ({ event }) => event === 'revocation_reader_down',
  UntrustedProxies: ({ event }) => event === 'forward_auth_untrusted',
  TicketIssueDuration: ({ event }) => event === 'ws_ticket_issued',
};

describe('CloudWatch metrics and alarms from the log of ticketd', () => {
  const { resources } = wholeStack();
  const metrics = logMetrics(resources);
  const alarms = ofType<Alarm>(resources, 'AWS::CloudWatch::Alarm')
    .map(([, alarm]) => alarm)
    .filter(({ Namespace }) => Namespace === 'ticketd');

  afterEach(async () => {
    await endAll();
    await closeServers();
    await closeProviders();
  });

  for (const scenario of scenarios)
    describe(scenario.name, () => {
      it(`count ${JSON.stringify(scenario.counted)} and nothing else`, async () => {
        const lines = await recorded(scenario);
        const counts = [...metrics].map(([name, metric]) => [name.replace('ticketd/', ''), metric(lines).length]);
        expect(Object.fromEntries(counts.filter(([, count]) => count !== 0))).to.deep.equal(scenario.counted);
      });

      it(`raise ${scenario.alarms.join(', ') || 'no alarm'}`, async () => {
        const lines = await recorded(scenario);
        // Durations depend on the machine here; another test covers them.
        const off = alarms.filter(({ MetricName }) => MetricName !== 'TicketIssueDuration');
        expect(off.filter((alarm) => goesOff(alarm, metrics, lines)).map(({ AlarmName }) => AlarmName)).to.have.members(
          scenario.alarms,
        );
      });
    });

  it('count exactly the intended lines in every metric, among all possible lines', async () => {
    const lines = [...(await allRecorded()), ...(await fiveMinutesOn()), ...declaredLines()];
    expect([...metrics.keys()]).to.have.members(Object.keys(MEANT).map((name) => `ticketd/${name}`));
    for (const [name, meant] of Object.entries(MEANT)) {
      const each = metrics.get(`ticketd/${name}`);
      expect(
        lines.filter((line) => each?.([line]).length === 1),
        name,
      ).to.deep.equal(lines.filter(meant));
    }
  });

  it('count at least one line of a real log in every metric', async () => {
    const lines = [...(await allRecorded()), ...(await fiveMinutesOn())];
    for (const [name, meant] of Object.entries(MEANT)) expect(lines.filter(meant), name).to.have.lengthOf.at.least(1);
  });

  it('raise ticketd-stale-jwt-keys when keys cannot be fetched for five minutes', async () => {
    const stale = alarms.find(({ AlarmName }) => AlarmName === 'ticketd-stale-jwt-keys');
    if (stale === undefined) throw new Error('no such alarm');
    expect(goesOff(stale, metrics, await fiveMinutesOn())).to.equal(true);
  });

  it('raise ticketd-slow-tickets when the p99 of durationMs in ws_ticket_issued is above 250 ms', async () => {
    const issued = (await allRecorded()).find(({ event }) => event === 'ws_ticket_issued') ?? {};
    const [slow] = alarms.filter(({ AlarmName }) => AlarmName === 'ticketd-slow-tickets');
    if (slow === undefined) throw new Error('no such alarm');
    const took = (durationMs: number, count: number) =>
      Array.from({ length: count }, () => ({ ...issued, durationMs }));
    expect(metrics.get('ticketd/TicketIssueDuration')?.([issued])).to.deep.equal([issued.durationMs]);
    expect(issued.durationMs).to.be.a('number');
    expect(goesOff(slow, metrics, [...took(2, 98), ...took(251, 2)])).to.equal(true);
    expect(goesOff(slow, metrics, [...took(2, 99), ...took(251, 1)])).to.equal(false);
    expect(goesOff(slow, metrics, took(250, 100))).to.equal(false);
  });

  it('raise every log alarm in some scenario', () => {
    const off = new Set(scenarios.flatMap((scenario) => scenario.alarms));
    const apart = ['ticketd-slow-tickets', 'ticketd-stale-jwt-keys'];
    expect([...off, ...apart]).to.have.members(alarms.map(({ AlarmName }) => AlarmName));
  });
});

/** The log lines about keys that could not be fetched, as they are five minutes later. */
const fiveMinutesOn = async (): Promise<readonly LogLine[]> => {
  const lines = (await allRecorded()).filter(({ event }) => event === 'jwks_refresh_fail');
  expect(lines).to.have.lengthOf(1);
  return lines.map((line) => ({ ...line, downMs: 300_012 }));
};

/** A line of every event in the catalogue, including events of no scenario. */
const declaredLines = (): readonly LogLine[] =>
  Object.entries<EventDeclaration>(events).map(([event, { level, fields }]) => ({
    event,
    level,
    ...Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, type.startsWith('number') ? 1 : 'some'])),
  }));
