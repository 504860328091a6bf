import { expect } from 'chai';
import { type EventDeclaration, events } from '../../../src/log/events.ts';
import { closeProviders } from '../../support/identity-provider.ts';
import { closeServers } from '../../support/tcp-server.ts';
import { endAll, type LogLine } from '../../support/ticketd.ts';
import { parseQuery } from '../support/insights-query.ts';
import { allRecorded, recorded } from '../support/recordings.ts';
import { ofType, theOne, wholeStack } from '../support/sample.ts';
import { scenarios } from '../support/scenarios.ts';

interface QueryDefinition {
  readonly Name: string;
  readonly LogGroupNames: readonly string[];
  readonly QueryString: string;
}

const ALL_SCENARIOS_MS = 120_000;
const COMMON = ['level', 'time', 'service', 'version', 'event', 'msg'];
const declared = Object.entries<EventDeclaration>(events);

/** The events whose lines each query shows. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  'ticketd/redis-connection-timeline': [
    'redis_connect_start',
    'redis_connect_ok',
    'redis_connect_fail',
    'redis_connect_fatal',
    'redis_down',
    'redis_up',
  ],
  'ticketd/ws-ticket-errors': ['ws_ticket_redis_not_ready'],
  'ticketd/startup-performance': ['redis_connect_ok'],
  'ticketd/follow-a-ticket': [],
  'ticketd/follow-a-request': [],
  'ticketd/refused-tickets': ['ws_ticket_rejected'],
  'ticketd/revocation-timeline': [
    'ws_ticket_revoked',
    'revocation_reader_down',
    'revocation_reader_up',
    'revocation_feed_opened',
    'revocation_feed_closed',
  ],
  'ticketd/stops': ['server_draining', 'server_stopped', 'server_stop_forced', 'phase_stop_fail', 'uncaught_error'],
};

describe('CloudWatch saved queries', () => {
  const { resources } = wholeStack();
  const definitions = ofType<QueryDefinition>(resources, 'AWS::Logs::QueryDefinition').map(
    ([, definition]) => definition,
  );
  const queryOf = (name: string, replaced = '', by = '') =>
    parseQuery(theOne<QueryDefinition>(resources, `Queries.${name}`).QueryString.replaceAll(replaced, by));

  before(async function () {
    this.timeout(ALL_SCENARIOS_MS);
    await allRecorded();
  });
  after(async () => {
    await endAll();
    await closeServers();
    await closeProviders();
  });

  it('are exactly the expected ones, on the log group of ticketd', () => {
    expect(definitions.map(({ Name }) => Name)).to.have.members(Object.keys(SHOWN));
    for (const { LogGroupNames } of definitions) expect(LogGroupNames).to.deep.equal(['/ticketd/ticketd']);
  });

  for (const { Name, QueryString } of definitions)
    it(`name only fields that the selected events have: ${Name}`, () => {
      const shown = declared.filter(([event]) => SHOWN[Name]?.length === 0 || SHOWN[Name]?.includes(event));
      const borne = new Set([...COMMON, ...shown.flatMap(([, { fields }]) => Object.keys(fields))]);
      expect(parseQuery(QueryString).fields.filter((field) => !borne.has(field))).to.deep.equal([]);
    });

  for (const [name, shown] of Object.entries(SHOWN).filter(([, { length }]) => length > 0))
    it(`select exactly the intended events, and at least one of each: ${name}`, async () => {
      const { QueryString = '' } = definitions.find(({ Name }) => Name === name) ?? {};
      const lines = (await allRecorded()).filter(parseQuery(QueryString).passes);
      expect([...new Set(lines.map(({ event }) => event))]).to.have.members(shown);
    });

  const replay = async (): Promise<readonly LogLine[]> => {
    const scenario = scenarios.find(({ counted }) => counted.ReplayedTickets === 1);
    if (scenario === undefined) throw new Error('no scenario with a replay');
    return recorded(scenario);
  };

  it('follow a ticket from its issue to its replay', async () => {
    const lines = await replay();
    const ticketId = String(lines.find(({ event }) => event === 'ws_ticket_issued')?.ticketId);
    const shown = lines.filter(queryOf('FollowTicket', 'TICKET_ID', ticketId).passes);
    expect(shown.map(({ event }) => event)).to.deep.equal([
      'ws_ticket_issued',
      'ws_ticket_redeemed',
      'ws_ticket_rejected',
    ]);
  });

  it('follow a request by its trace id to the redeem of the ticket that it got', async () => {
    const lines = await replay();
    const traceId = String(lines.find(({ event }) => event === 'ws_ticket_issued')?.traceId);
    const shown = lines.filter(queryOf('FollowTrace', 'TRACE_ID', traceId).passes);
    expect(shown.map(({ event }) => event)).to.deep.equal(['ws_ticket_issued', 'ws_ticket_redeemed']);
  });
});

describe('CloudWatch query parser', () => {
  it('finds every field but no function, alias or number', () => {
    const query = `fields @timestamp, a, b.c | filter d = "x" or e in ["y", "z"]
      | stats avg(f) as mean, count() as n by bin(5m), g | sort n desc, mean asc | limit 20`;
    expect(parseQuery(query).fields).to.have.members(['a', 'b.c', 'd', 'e', 'f', 'g']);
  });

  for (const query of ['find x', 'stats median(x)', 'filter x like /y/', 'filter x == "y"', 'limit many'])
    it(`refuses ${query}`, () => {
      expect(() => parseQuery(query)).to.throw(SyntaxError);
    });
});
