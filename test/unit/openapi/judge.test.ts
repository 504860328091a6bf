import { expect } from 'chai';
import { readDocument } from '../../support/openapi/document.ts';
import { createJudge } from '../../support/openapi/judge.ts';
import { good, issued, wrong } from './answer-cases.ts';

describe('the check of an answer against the OpenAPI document', () => {
  const judge = createJudge(readDocument());

  for (const [name, answer] of Object.entries(good))
    it(`passes ${name}`, () => {
      expect(judge(answer)).to.deep.equal([]);
    });

  for (const [name, [answer, fault]] of Object.entries(wrong))
    it(`finds ${name}`, () => {
      expect(judge(answer).join('\n')).to.include(fault);
    });

  it('says which answer it was, and where it should be documented', () => {
    expect(judge({ ...issued, status: 201 })).to.deep.equal([
      'POST /api/v1/auth/ws-ticket on the public listener (issueTicket): the answer 201 has a status of its own, against ops/openapi/ticketd.yaml',
    ]);
  });
});
