import { expect } from 'chai';
import { type AuthenticationOptions, createAuthentication } from '../../src/gateway/authentication.ts';
import type { GatewayEvent } from '../../src/gateway/events.ts';
import type { GatewayRequest } from '../../src/gateway/handshake.ts';
import type { Identity, RedeemRequest, RedeemResult } from '../../src/gateway/redeemer.ts';
import { UpgradeRefused } from '../../src/gateway/refusal.ts';
import { newTicket } from '../../src/tickets/ticket.ts';
import { upgradeMessage } from './upgrade-message.ts';

export const IDENTITY: Identity = {
  issuer: undefined,
  subject: 'alice',
  sessionId: 'session-1',
  audience: undefined,
  channel: undefined,
  claims: undefined,
  issuedAt: new Date(0),
  sessionExpiresAt: new Date(60_000),
  sessionExpiresIn: 60,
  revocationKeys: [],
  revocationPosition: undefined,
};

export const redeemed = async (): Promise<RedeemResult> => ({ outcome: 'redeemed', identity: IDENTITY });

export const rejected = async ({ traceId }: RedeemRequest): Promise<RedeemResult> => ({
  outcome: 'refused',
  refusal: new UpgradeRefused('WS_TICKET_NOT_REDEEMABLE', { traceId, reason: 'used' }),
});

export type Redeem = AuthenticationOptions['redeemer']['redeem'];

/** An authentication with this redeem, and all that it asked and reported. */
export const authentication = (redeem: Redeem, more: Partial<AuthenticationOptions> = {}) => {
  const asked: RedeemRequest[] = [];
  const events: GatewayEvent[] = [];
  const redeemer = {
    redeem: (request: RedeemRequest) => {
      asked.push(request);
      return redeem(request);
    },
  };
  const report = (event: GatewayEvent) => void events.push(event);
  const { ofRequest: authenticate, ofTicket } = createAuthentication({
    redeemer,
    audience: undefined,
    maxPending: 1000,
    report,
    ...more,
  });
  const refusalOf = async (request: GatewayRequest) => {
    const verdict = await authenticate(request);
    return verdict.outcome === 'refused' ? verdict.refusal : expect.fail('admitted');
  };
  return { asked, events, authenticate, ofTicket, refusalOf };
};

/** A handshake with a ticket in its query. */
export const withTicket = (ticket = newTicket(), headers = {}) => upgradeMessage(`/?ticket=${ticket}`, headers);
