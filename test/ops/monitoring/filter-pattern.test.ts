import { expect } from 'chai';
import { parseFilterPattern } from '../support/filter-pattern.ts';
import { filterRules, type MetricFilter } from '../support/rules/filter-rules.ts';
import { ofType, wholeStack } from '../support/sample.ts';

const LINE = {
  event: 'redis_connect_fail',
  level: 'error',
  durationMs: 12.5,
  nested: { list: [{ ok: true }], nothing: null },
};

describe('CloudWatch filter pattern evaluator', () => {
  const matching = [
    '{ $.event = "redis_connect_fail" }',
    '{ $.event = redis_connect_fail }',
    '{ $.event = "redis_*_fail" }',
    '{ $.event != "redis_connect_ok" }',
    '{ $.durationMs = 12.5 }',
    '{ $.durationMs > 12 && $.durationMs <= 12.5 }',
    '{ ($.event = "x") || ($.level = "error") }',
    '{ $.event = "x" && $.event = "y" || $.level = "error" }',
    '{ $.nested.list[0].ok IS TRUE }',
    '{ $.nested.nothing IS NULL }',
    '{ $.traceId NOT EXISTS }',
  ];
  for (const pattern of matching)
    it(`matches ${pattern}`, () => {
      expect(parseFilterPattern(pattern)(LINE)).to.equal(true);
    });

  const missing = [
    '{ $.event = "redis_connect" }',
    '{ $.event = "redis.connect.fail" }',
    '{ $.event = "x" && ($.level = "error" || $.level = "fatal") }',
    '{ $.durationMs >= 13 }',
    '{ $.level >= 50 }',
    '{ $.traceId != "x" }',
    '{ $.nested.nothing != "x" }',
    '{ $.event NOT EXISTS }',
    '{ $.nested.list[0].ok IS FALSE }',
  ];
  for (const pattern of missing)
    it(`does not match ${pattern}`, () => {
      expect(parseFilterPattern(pattern)(LINE)).to.equal(false);
    });

  const refused = [
    '{ event = "redis_connect_fail" }',
    'redis_connect_fail',
    '{ $.event = "redis_connect_fail" ',
    '{ $.event == "redis_connect_fail" }',
    '{ $.event = redis-connect }',
    '{ $.event = "x" } && { $.event = "y" }',
    '{ ($.event = "x" }',
    '{ $.event = "x" & $.event = "y" }',
    '{ $.level > error }',
    '{ $.event IS MISSING }',
    '{ $.event EXISTS }',
    '{ }',
  ];
  for (const pattern of refused)
    it(`refuses ${pattern}`, () => {
      expect(() => parseFilterPattern(pattern)).to.throw(SyntaxError);
    });
});

describe('CloudWatch metric filters', () => {
  const filters = ofType<MetricFilter>(wholeStack().resources, 'AWS::Logs::MetricFilter');

  for (const [id, filter] of filters)
    it(`are well-formed: ${id}`, () => {
      expect(filterRules(filter)).to.deep.equal([]);
    });

  it('read the log group of ticketd', () => {
    for (const [id, { LogGroupName }] of filters) expect(LogGroupName, id).to.equal('/ticketd/ticketd');
  });

  it('have the default value 0 if they count lines, and only then', () => {
    for (const [id, { MetricTransformations }] of filters)
      for (const { MetricValue, DefaultValue } of MetricTransformations)
        expect(DefaultValue, id).to.equal(MetricValue === '1' ? 0 : undefined);
  });
});

describe('metric filter rules of the template checks', () => {
  const transformation = { MetricNamespace: 'n', MetricName: 'm', MetricValue: '1' };
  const filter = (change: object, FilterPattern = '{ $.event = "x" }'): MetricFilter => ({
    FilterPattern,
    LogGroupName: 'g',
    MetricTransformations: [{ ...transformation, ...change }],
  });
  const dimensions = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ Key: `k${n}`, Value: `$.field${n}` }));

  it('accept three dimensions and a value from a field', () => {
    expect(filterRules(filter({ Dimensions: dimensions(3), MetricValue: '$.durationMs' }))).to.deep.equal([]);
  });

  const faults: readonly (readonly [string, MetricFilter, string])[] = [
    ['a pattern without $., as in the design document', filter({}, '{ event = "x" }'), 'not a selector'],
    ['a default value with dimensions', filter({ DefaultValue: 0, Dimensions: dimensions(1) }), 'exclude each other'],
    ['a fourth dimension', filter({ Dimensions: dimensions(4) }), 'more than 3'],
    ['a dimension without a field', filter({ Dimensions: [{ Key: 'k', Value: 'reason' }] }), 'not a selector'],
    ['a value without a field', filter({ MetricValue: 'durationMs' }), 'not a selector'],
    ['two transformations', { ...filter({}), MetricTransformations: [transformation, transformation] }, 'exactly one'],
  ];
  for (const [fault, faulty, found] of faults)
    it(`report the fault: ${fault}`, () => {
      expect(filterRules(faulty).join('; ')).to.contain(found);
    });
});
