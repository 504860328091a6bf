import { expect } from 'chai';
import { readDocument } from '../../support/openapi/document.ts';
import { createJudge } from '../../support/openapi/judge.ts';
import { good, issued, wrong } from './answer-cases.ts';

describe('check of a response against the OpenAPI document', () => {
  const judge = createJudge(readDocument());

  for (const [name, answer] of Object.entries(good))
    it(`accepts ${name}`, () => {
      expect(judge(answer)).to.deep.equal([]);
    });

  for (const [name, [answer, fault]] of Object.entries(wrong))
    it(`reports ${name}`, () => {
      expect(judge(answer).join('\n')).to.include(fault);
    });

  it('reports which response it was, and where to document it', () => {
    expect(judge({ ...issued, status: 201 })).to.deep.equal([
      'POST /api/v1/auth/ws-ticket on the public listener (issueTicket): the answer 201 has a status of its own, against ops/openapi/ticketd.yaml',
    ]);
  });
});
