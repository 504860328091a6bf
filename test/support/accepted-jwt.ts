import { expect } from 'chai';
import { GATEWAY_KEY, redeem } from './redeem.ts';
import { requestTicket } from './request-ticket.ts';
import { withService } from './service.ts';

type Env = Readonly<Record<string, string>>;

/** Whose ticket a service with these variables gives for a JWT, as the gateway gets it. */
export const ticketFor = (env: Env, jwt: string): Promise<Readonly<Record<string, unknown>>> =>
  withService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY, ...env }, async (service) => {
    const { status, body, text } = await requestTicket(service, jwt);
    expect(status, `${text} ${JSON.stringify(service.eventsOf('auth_rejected'))}`).to.equal(200);
    return (await redeem(service, { ticket: body.ticket })).body;
  });

/** Why a service with these variables refuses a JWT: the reason and the detail that the operator gets. */
export const refusalFor = (env: Env, jwt: string): Promise<{ readonly reason: unknown; readonly detail: unknown }> =>
  withService({ REDIS_URL: 'memory://', ...env }, async (service) => {
    const { status, text } = await requestTicket(service, jwt);
    expect(status, text).to.equal(401);
    const [event] = service.eventsOf('auth_rejected');
    return { reason: event?.reason, detail: event?.detail };
  });
