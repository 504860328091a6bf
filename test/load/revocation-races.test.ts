import { expect } from 'chai';
import type { WebSocket } from 'ws';
import { type RevocationRig, startRevocationRig } from '../chaos/support/revocation-rig.ts';
import { TICKET_PATH } from '../support/ask.ts';
import { bearer, token } from '../support/jwt.ts';
import { knock } from '../support/knock.ts';
import { createPost } from '../support/pooled-post.ts';
import { REVOKE_PATH } from '../support/redeem.ts';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

// More sessions find no other fault.
const SESSIONS = Number(process.env.TEST_SESSIONS ?? 500);
// Each round closes its sockets: a machine may allow some thousand open files.
const SESSIONS_A_ROUND = 1_000;
const AT_ONCE = 32;
const REVOKED = 4001;

interface Opened {
  readonly socket: WebSocket;
  closedWith: number | undefined;
}

/** The sockets of a session that was logged out while they opened, and that of the login after it. */
interface Raced {
  readonly old: readonly Opened[];
  readonly next: Opened;
}

describe(`${SESSIONS} sessions that connect while they are logged out, and log in again`, function () {
  this.timeout(600_000);
  const post = createPost(2 * AT_ONCE);
  const answers = new Map<string, number>();
  let rig: RevocationRig;

  before(async () => {
    const { url } = await startRedis();
    rig = await startRevocationRig({ env: { REDIS_URL: url }, redis: { url } });
  });
  after(() => rig.stop());

  const count = (name: string) => void answers.set(name, (answers.get(name) ?? 0) + 1);
  const instanceAt = (number: number) => rig.instances[number % 2 === 0 ? 0 : 1];
  const gatewayAt = (number: number) => rig.gateways[number % 2 === 0 ? 0 : 1];

  /** On a busy machine any answer may be 503 once: then a client tries again. */
  const issue = async (jwt: string, number: number): Promise<string | 401> => {
    const answer = await post(instanceAt(number).url + TICKET_PATH, bearer(jwt));
    const { ticket } = (await answer.json()) as { readonly ticket?: string };
    count(`ticket ${answer.status}`);
    if (answer.status === 503) return issue(jwt, number);
    if (ticket === undefined && answer.status !== 401) throw new Error(`no ticket: ${answer.status}`);
    return ticket ?? 401;
  };

  const logOut = async (jwt: string, number: number, allowed = [204]): Promise<void> => {
    const headers = { ...bearer(jwt), 'Content-Type': 'application/json' };
    const body = JSON.stringify({ scope: 'session', end: true });
    const { status } = await post(instanceAt(number).url + REVOKE_PATH, headers, body);
    // The first request may have done all but reply.
    if (status === 503) return logOut(jwt, number, [204, 401]);
    if (!allowed.includes(status)) throw new Error(`not logged out: ${status}`);
  };

  const connect = async (ticket: string | 401, number: number): Promise<Opened | number> => {
    if (ticket === 401) return ticket;
    const answered = await knock(`${gatewayAt(number).url}?ticket=${ticket}`);
    count(`handshake ${answered.status}`);
    if (!('socket' in answered)) return answered.status;
    const opened: Opened = { socket: answered.socket, closedWith: undefined };
    answered.closed.then(([code]) => {
      opened.closedWith = code;
    });
    return opened;
  };

  const login = async (jwt: string, number: number): Promise<Opened | number> => {
    const opened = await connect(await issue(jwt, number), number >> 1);
    return opened === 503 ? login(jwt, number) : opened;
  };

  /** Which sockets of the session opened, by how far it was when it was logged out. */
  const race = async (jwt: string, number: number): Promise<readonly (Opened | number)[]> => {
    const moment = number % 3;
    const loggedOut = () => logOut(jwt, number);
    if (moment === 0) return withLogOut(loggedOut, login(jwt, number), login(jwt, number + 1));
    const ticket = await issue(jwt, number);
    if (moment === 1) return withLogOut(loggedOut, connect(ticket, number));
    const first = await connect(ticket, number);
    return withLogOut(loggedOut, Promise.resolve(first), login(jwt, number + 1));
  };

  const play = async (number: number): Promise<Raced> => {
    const sub = `subject-${number}`;
    const jwt = token({ sub, sessionId: `old-${number}` });
    const old = (await race(jwt, number)).filter((opened) => typeof opened === 'object');
    expect(await issue(jwt, number), 'a ticket of an ended session').to.equal(401);
    const next = await login(token({ sub, sessionId: `new-${number}` }), number);
    if (typeof next !== 'object') throw new Error(`the next login was refused: ${next}`);
    return { old, next };
  };

  const playRound = async (from: number, to: number): Promise<readonly Raced[]> => {
    const raced: Raced[] = [];
    let number = from;
    const playOn = async () => {
      while (number < to) raced.push(await play(number++));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, playOn));
    return raced;
  };

  const openIds = () =>
    rig.gateways.flatMap(({ gateway }) => gateway.sessions().flatMap(({ sessionIds }) => sessionIds));

  it('have no socket open of a session that was logged out, and all of the next logins', async () => {
    for (let from = 0; from < SESSIONS; from += SESSIONS_A_ROUND) {
      const raced = await playRound(from, Math.min(SESSIONS, from + SESSIONS_A_ROUND));
      const old = raced.flatMap((one) => one.old);
      await until('the sockets of all that were logged out are closed', () =>
        old.every(({ closedWith }) => closedWith !== undefined),
      );
      expect([...new Set(old.map(({ closedWith }) => closedWith))]).to.deep.equal([REVOKED]);
      expect(openIds().filter((id) => id.startsWith('old-'))).to.deep.equal([]);
      expect(raced.filter(({ next }) => next.closedWith !== undefined)).to.deep.equal([]);
      expect(openIds()).to.have.lengthOf(raced.length);
      for (const { next } of raced) next.socket.terminate();
      await until('the gateways have closed theirs', () => openIds().length === 0);
    }
    console.log(
      `        ${[...answers]
        .map(([name, times]) => `${times} × ${name}`)
        .sort()
        .join(', ')}`,
    );
  });
});

const withLogOut = async (
  logOut: () => Promise<void>,
  ...opening: readonly Promise<Opened | number>[]
): Promise<readonly (Opened | number)[]> => {
  const [opened] = await Promise.all([Promise.all(opening), logOut()]);
  return opened;
};
