import request, { type Test } from 'supertest';
import { bearer, token } from './jwt.ts';
import { requestTicket } from './request-ticket.ts';

export const GATEWAY_KEY = 'a-gateway-key-for-tests-of-32-characters';
export const REDEEM_PATH = '/api/v1/auth/ws-ticket/redeem';
export const REVOKE_PATH = '/api/v1/auth/ws-ticket/revoke';

/** Redeems over HTTP with the tests' gateway key; `body` is sent as it is. */
export const redeem = ({ internalUrl }: { readonly internalUrl: string }, body: string | object): Test =>
  request(internalUrl).post(REDEEM_PATH).set(bearer(GATEWAY_KEY)).set('Content-Type', 'application/json').send(body);

export const revoke = ({ url }: { readonly url: string }, scope?: string, jwt: string = token()): Test =>
  request(url)
    .post(REVOKE_PATH)
    .set(bearer(jwt))
    .send(scope === undefined ? undefined : { scope });

export interface Wish {
  readonly jwt?: string;
  readonly audience?: string;
  readonly channel?: string;
  readonly path?: string;
  readonly origin?: string;
}

/** A fresh ticket, bound as wished. */
export const issueTicket = async (service: { readonly url: string }, wish: Wish = {}): Promise<string> => {
  const { jwt, origin, ...body } = wish;
  const asked = requestTicket(service, jwt ?? token()).send(body);
  const { status, body: answer, text } = await (origin === undefined ? asked : asked.set('Origin', origin));
  if (status !== 200) throw new Error(`no ticket: ${status} ${text}`);
  return answer.ticket;
};
