import { expect } from 'chai';
import { newTraceId, traceIdOf } from '../../../src/protocol/trace-id.ts';

const W3C = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${W3C}-00f067aa0ba902b7-01`;
const AMAZON = '67891233abcdef012345678912345678';
const ROOT = 'Root=1-67891233-abcdef012345678912345678';

const MADE = /^[0-9a-f]{32}$/;

describe('trace id', () => {
  it('is that of traceparent', () => {
    expect(traceIdOf({ traceparent: TRACEPARENT })).to.equal(W3C);
    expect(traceIdOf({ traceparent: `00-${W3C}-00f067aa0ba902b7-00` })).to.equal(W3C);
  });

  it('is that of a traceparent of a later version, which may be longer', () => {
    expect(traceIdOf({ traceparent: `01-${W3C}-00f067aa0ba902b7-01-more` })).to.equal(W3C);
  });

  it('is the Root of X-Amzn-Trace-Id, as 32 hex digits without dashes', () => {
    for (const header of [
      ROOT,
      `Self=1-67891233-000000000000000000000001;${ROOT}`,
      `${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`,
    ])
      expect(traceIdOf({ 'x-amzn-trace-id': header }), header).to.equal(AMAZON);
  });

  it('is a well-formed X-Request-Id', () => {
    for (const id of ['a', 'req_1.2-3', 'x'.repeat(128)]) expect(traceIdOf({ 'x-request-id': id })).to.equal(id);
  });

  it('comes from traceparent, otherwise X-Amzn-Trace-Id, otherwise X-Request-Id', () => {
    const all = { traceparent: TRACEPARENT, 'x-amzn-trace-id': ROOT, 'x-request-id': 'mine' };
    expect(traceIdOf(all)).to.equal(W3C);
    expect(traceIdOf({ ...all, traceparent: undefined })).to.equal(AMAZON);
    expect(traceIdOf({ 'x-request-id': 'mine' })).to.equal('mine');
  });

  it('comes from the next header when one is malformed', () => {
    const others = { 'x-amzn-trace-id': ROOT, 'x-request-id': 'mine' };
    expect(traceIdOf({ ...others, traceparent: 'junk' })).to.equal(AMAZON);
    expect(traceIdOf({ ...others, traceparent: 'junk', 'x-amzn-trace-id': 'Root=1-zz' })).to.equal('mine');
  });

  it('is generated as 32 hex digits when no header contains one', () => {
    expect(traceIdOf({})).to.match(MADE);
    expect(newTraceId()).to.match(MADE);
    expect(newTraceId()).to.not.equal(newTraceId());
  });

  const malformed: Readonly<Record<string, readonly string[]>> = {
    traceparent: [
      '',
      W3C,
      TRACEPARENT.toUpperCase(),
      `ff-${W3C}-00f067aa0ba902b7-01`,
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
      `00-${W3C}-${'0'.repeat(16)}-01`,
      `00-${W3C}-00f067aa0ba902b7`,
      `00-${W3C}-00f067aa0ba902b7-01x`,
      `00-${W3C}-00f067aa0ba902b7-01-more`,
      `00-${W3C.slice(1)}-00f067aa0ba902b7-01`,
      ` ${TRACEPARENT}`,
      `${TRACEPARENT}, ${TRACEPARENT}`,
    ],
    'x-amzn-trace-id': [
      '',
      'Root=1-67891233-abcdef01234567891234567',
      'Root=2-67891233-abcdef012345678912345678',
      'XRoot=1-67891233-abcdef012345678912345678',
      'Self=1-67891233-abcdef012345678912345678',
      'Root=1-6789123g-abcdef012345678912345678',
    ],
    'x-request-id': ['', 'x'.repeat(129), 'two words', 'a/b', 'a\nb', 'ü', '<script>', 'a,b'],
  };
  for (const [header, values] of Object.entries(malformed))
    for (const value of values)
      it(`is generated when ${header} is ${JSON.stringify(value.slice(0, 64))}`, () => {
        const traceId = traceIdOf({ [header]: value });
        expect(traceId).to.match(MADE);
        expect(value).to.not.include(traceId);
      });
});
