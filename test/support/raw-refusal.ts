import { expect } from 'chai';
import type { RawAnswer } from './raw-http.ts';

/** Checks that a refusal, and nothing else, came over the wire: status, JSON body, trace id, and that it ended the connection. */
export const expectRawRefusal = (answers: readonly RawAnswer[], status: number, errorCode: string): void => {
  const [answer] = answers;
  expect(answers.map((one) => one.status)).to.deep.equal([status]);
  expect(answer?.headers).to.include({ 'content-type': 'application/json; charset=utf-8', connection: 'close' });
  const body = JSON.parse(answer?.body ?? '');
  expect(body).to.have.all.keys('errorCode', 'message', 'traceId');
  expect(body).to.include({ errorCode, traceId: answer?.headers['x-trace-id'] });
  expect(body.traceId).to.match(/^[0-9a-f]{32}$/);
};
