import { expect } from 'chai';
import type { Response } from 'supertest';

export const MISSING_CHALLENGE = 'Bearer realm="ticketd"';
export const INVALID_CHALLENGE = 'Bearer realm="ticketd", error="invalid_token"';

/** Checks all that the contract says of every refusal: the status, and a body of exactly the error's members. */
export const expectRefusal = (response: Response, status: number, errorCode: string): void => {
  const { headers, body, text } = response;
  expect(response.status, text).to.equal(status);
  expect(headers['content-type']).to.equal('application/json; charset=utf-8');
  const members = ['errorCode', 'message', 'traceId', ...('retry-after' in headers ? ['retryAfter'] : [])];
  expect(body, text).to.have.all.keys(members);
  expect(body.errorCode).to.equal(errorCode);
  expect(body.message).to.be.a('string').that.is.not.empty;
  expect(body.traceId).to.be.a('string').that.equals(headers['x-trace-id']);
  expect(text).not.to.match(/\bat .*:\d+:\d+|node_modules|\.ts\b/);
};
