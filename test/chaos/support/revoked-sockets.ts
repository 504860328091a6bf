import { expect } from 'chai';
import { TICKET_PATH } from '../../support/ask.ts';
import type { GatewayRig } from '../../support/gateway-rig.ts';
import { bearer, token } from '../../support/jwt.ts';
import { knock } from '../../support/knock.ts';
import { createPost } from '../../support/pooled-post.ts';
import { GATEWAY_KEY, REVOKE_PATH } from '../../support/redeem.ts';
import { until } from '../../support/until.ts';
import type { Instance } from './revocation-rounds.ts';

/** An open socket of a session; `closedWith` is the close code once it is closed. */
interface Client {
  closedWith: number | undefined;
  readonly terminate: () => void;
}

/** A session with one socket at each gateway. */
export interface SocketSession {
  readonly subject: string;
  readonly sessionId: string;
  readonly jwt: string;
  readonly clients: readonly Client[];
  /** `stored` once a revocation got 204; `unknown` where it got another answer, or none. */
  revocation: 'none' | 'unknown' | 'stored';
}

export interface SocketSessions {
  /** Logs in that many new subjects, or the subjects of these sessions once more. */
  open(of: number | readonly SocketSession[], at?: readonly Instance[]): Promise<readonly SocketSession[]>;
  /** Revokes each once, by turns as the user, as a back end and everywhere, and at either of these instances. */
  revoke(sessions: readonly SocketSession[], at?: readonly Instance[]): Promise<void>;
  /** Revokes them one after the other, some in a second, at either instance, for as long as something lasts. */
  revokeDuring(sessions: readonly SocketSession[], lasts: Promise<unknown>): Promise<void>;
  /** Revokes each until it got 204. */
  revokeSurely(sessions: readonly SocketSession[], at?: readonly Instance[]): Promise<void>;
  /**
   * Waits until every socket of a session whose revocation is stored is closed. Throws where one was not closed with 4001,
   * where a gateway closed the socket of another session, or reported a socket twice.
   */
  expectOutcome(at?: readonly Instance[]): Promise<void>;
  /** Closes all and forgets them. */
  end(): void;
}

export interface SocketSessionsOptions {
  readonly instances: readonly Instance[];
  readonly gateways: readonly GatewayRig[];
}

const REVOKED = 4001;
const REVOKE_EVERY_MS = 100;

export const createSocketSessions = ({ instances, gateways }: SocketSessionsOptions): SocketSessions => {
  const post = createPost(16);
  const all: SocketSession[] = [];
  let number = 0;

  const open = async (subject: string, instance: Instance): Promise<SocketSession> => {
    number += 1;
    const sessionId = `session-${number}`;
    const jwt = token({ sub: subject, sessionId });
    const clients = await Promise.all(gateways.map(({ url }) => openClient(url, () => issue(instance, jwt))));
    const session: SocketSession = { subject, sessionId, jwt, clients, revocation: 'none' };
    all.push(session);
    return session;
  };

  const issue = async ({ url }: Instance, jwt: string): Promise<string | undefined> => {
    const answer = await post(url + TICKET_PATH, bearer(jwt));
    if (answer.status === 503) return undefined;
    if (answer.status !== 200) throw new Error(`no ticket: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { readonly ticket: string }).ticket;
  };

  const revokeOnce = async (session: SocketSession, index: number, at: readonly Instance[]): Promise<boolean> => {
    const { url, key, body } = requestFor(session, index, at[index % at.length] as Instance);
    const headers = { ...bearer(key), 'Content-Type': 'application/json' };
    const status = await post(url + REVOKE_PATH, headers, JSON.stringify(body)).then(
      (answer) => answer.status,
      () => 0,
    );
    session.revocation = status === 204 ? 'stored' : 'unknown';
    return status === 204;
  };

  const isClosed = ({ clients }: SocketSession) => clients.every(({ closedWith }) => closedWith !== undefined);
  const withRevocation = (state: SocketSession['revocation']) => all.filter(({ revocation }) => revocation === state);
  const codesOf = (sessions: readonly SocketSession[]) =>
    new Set(sessions.flatMap(({ clients }) => clients.map(({ closedWith }) => closedWith)));

  const sessions: SocketSessions = {
    open: async (of, at = instances) => {
      const subjects =
        typeof of === 'number'
          ? Array.from({ length: of }, () => `subject-${crypto.randomUUID()}`)
          : of.map(({ subject }) => subject);
      return Promise.all(subjects.map((subject, index) => open(subject, at[index % at.length] as Instance)));
    },
    revoke: async (some, at = instances) => {
      for (const [index, session] of some.entries()) await revokeOnce(session, index, at);
    },
    revokeDuring: async (some, lasts) => {
      const rest = [...some.entries()];
      const timer = setInterval(() => {
        const [index = 0, session] = rest.shift() ?? [];
        if (session !== undefined) pending.push(revokeOnce(session, index, instances));
      }, REVOKE_EVERY_MS);
      const pending: Promise<unknown>[] = [];
      await lasts.finally(() => clearInterval(timer));
      await Promise.all(pending);
    },
    revokeSurely: async (some, at = instances) => {
      for (const [index, session] of some.entries())
        await until('a revocation is stored', () => revokeOnce(session, index, at));
    },
    expectOutcome: async (at) => {
      const closed = () => withRevocation('stored').every(isClosed);
      await until('every socket of a revoked session is closed', closed);
      // Gateways take revocations in their order: what they did with earlier ones is over.
      const last = await sessions.open(1, at);
      await sessions.revokeSurely(last, at);
      await until('the sockets of the last revocation are closed', () => last.every(isClosed));
      expect([...codesOf(withRevocation('stored'))], 'codes of revoked sessions').to.deep.equal([REVOKED]);
      expect([...codesOf(withRevocation('none'))], 'codes of other sessions').to.deep.equal([undefined]);
      for (const gateway of gateways) expectOnce(gateway);
    },
    end: () => {
      for (const { clients } of all.splice(0)) for (const client of clients) client.terminate();
    },
  };
  return sessions;
};

/** A gateway or an instance may notice later than others that Redis is back: a 503 is asked for again. */
const openClient = async (url: string, issue: () => Promise<string | undefined>): Promise<Client> => {
  const { socket, closed } = await until('a socket is open', async () => {
    const ticket = await issue();
    const answered = ticket === undefined ? undefined : await knock(`${url}?ticket=${ticket}`);
    if (answered === undefined || 'socket' in answered) return answered;
    if (answered.status !== 503) throw new Error(`not let in: ${answered.status} ${JSON.stringify(answered.body)}`);
    return undefined;
  });
  const client: Client = { closedWith: undefined, terminate: () => socket.terminate() };
  closed.then(([code]) => {
    client.closedWith = code;
  });
  return client;
};

const requestFor = ({ subject, sessionId, jwt }: SocketSession, index: number, { url, internalUrl }: Instance) =>
  [
    { url, key: jwt, body: { scope: 'session' } },
    { url: internalUrl, key: GATEWAY_KEY, body: { subject, sessionId } },
    { url, key: jwt, body: { scope: 'subject' } },
  ][index % 3] as { readonly url: string; readonly key: string; readonly body: object };

/** Each socket was reported at most once. */
const expectOnce = (gateway: GatewayRig): void => {
  const reported = gateway.eventsOf('socket_revoked').map(({ traceId }) => traceId);
  expect(reported, 'sockets in the events socket_revoked').to.deep.equal([...new Set(reported)]);
};
