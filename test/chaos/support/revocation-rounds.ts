import { TICKET_PATH } from '../../support/ask.ts';
import { bearer, token } from '../../support/jwt.ts';
import { createPost } from '../../support/pooled-post.ts';
import { GATEWAY_KEY, REDEEM_PATH, REVOKE_PATH } from '../../support/redeem.ts';

/** Where one instance of ticketd listens. */
export interface Instance {
  readonly url: string;
  readonly internalUrl: string;
}

export interface RoundsOptions {
  /** They take turns. */
  readonly instances: readonly [Instance, Instance];
  readonly subjects: number;
  /** How many tickets each subject gets before its revocation, and as many again after it. */
  readonly ticketsEach: number;
}

/** Tickets of many subjects, before and after a revocation of each. */
export interface Rounds {
  issueBefore(): Promise<void>;
  /** Revokes by session and by subject, at either instance; every third subject at both, one after the other. */
  revoke(): Promise<void>;
  issueAfter(): Promise<void>;
  /** Redeems all; how often each status was the answer to those issued before and after. */
  redeem(): Promise<{ readonly before: Tally; readonly after: Tally }>;
}

export type Tally = Readonly<Record<number, number>>;

const CONNECTIONS = 32;
/** How old JWTs are: clocks that are behind would take a fresh one for one of the future. */
export const JWT_AGE_S = 60;

export const createRounds = ({ instances, subjects, ticketsEach }: RoundsOptions): Rounds => {
  const post = createPost(CONNECTIONS);
  const iat = Math.floor(Date.now() / 1000) - JWT_AGE_S;
  const jwts = Array.from({ length: subjects }, (_, number) => token({ sub: `subject-${number}`, iat }));
  const before: string[] = [];
  const after: string[] = [];

  const instanceFor = (number: number): Instance => instances[number % 2 === 0 ? 0 : 1];

  const issue = async (jwt: string, number: number): Promise<string> => {
    const answer = await post(instanceFor(number).url + TICKET_PATH, bearer(jwt));
    if (answer.status !== 200) throw new Error(`no ticket: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { readonly ticket: string }).ticket;
  };
  const issueAll = async (tickets: string[]): Promise<void> => {
    const wanted = jwts.flatMap((jwt) => Array.from({ length: ticketsEach }, () => jwt));
    tickets.push(...(await Promise.all(wanted.map(issue))));
  };
  const revokeAt = async ({ url }: Instance, jwt: string, scope: string): Promise<void> => {
    const headers = { ...bearer(jwt), 'Content-Type': 'application/json' };
    const { status } = await post(url + REVOKE_PATH, headers, JSON.stringify({ scope }));
    if (status !== 204) throw new Error(`not revoked: ${status}`);
  };
  const redeemAll = async (tickets: readonly string[]): Promise<Tally> => {
    const headers = { ...bearer(GATEWAY_KEY), 'Content-Type': 'application/json' };
    // By twos, so that half of them are redeemed where they were not issued.
    const answers = tickets.map((ticket, number) =>
      post(instanceFor(number >> 1).internalUrl + REDEEM_PATH, headers, JSON.stringify({ ticket })),
    );
    const tally: Record<number, number> = {};
    for (const { status } of await Promise.all(answers)) tally[status] = (tally[status] ?? 0) + 1;
    return tally;
  };

  return {
    issueBefore: () => issueAll(before),
    revoke: async () => {
      const revokeFor = async (jwt: string, number: number) => {
        const scope = number % 4 < 2 ? 'session' : 'subject';
        await revokeAt(instanceFor(number), jwt, scope);
        if (number % 3 === 0) await revokeAt(instanceFor(number + 1), jwt, scope);
      };
      await Promise.all(jwts.map(revokeFor));
    },
    issueAfter: () => issueAll(after),
    redeem: async () => ({ before: await redeemAll(before), after: await redeemAll(after) }),
  };
};
