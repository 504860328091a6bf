import jwt from 'jsonwebtoken';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { TICKET_PATH } from '../../support/ask.ts';
import { bearer } from '../../support/jwt.ts';
import { createPost } from '../../support/pooled-post.ts';
import { REVOKE_PATH } from '../../support/redeem.ts';
import type { TestRedis } from '../../support/redis.ts';
import type { Keys } from '../support/keys.ts';
import { startTicketd, type TicketdProcess } from '../support/ticketd.ts';
import { type Child, startChild } from './child.ts';

/** A user with a JWT. */
export interface User {
  readonly number: number;
  readonly jwt: string;
}

/** Sockets at two processes, which end by a logout. */
export interface Contender {
  readonly name: string;
  /** Of all its processes. */
  readonly pids: readonly number[];
  /** Opens a socket at one of its processes; `onClose` is called when the client sees the close. */
  open(user: User, process: number, onClose: () => void): Promise<void>;
  /** Resolves once it is confirmed. */
  logOut(user: User, scope: 'session' | 'subject'): Promise<void>;
  stop(): Promise<void>;
}

export const userOf = (number: number, { signKey, algorithm }: Keys): User => {
  const claims = { sub: `user-${number}`, sessionId: `session-${number}`, exp: Math.floor(Date.now() / 1000) + 3600 };
  return { number, jwt: jwt.sign(claims, signKey, { algorithm }) };
};

/** Two instances, one gateway over HTTP and one on Redis itself. */
export const startOurs = async (
  redis: TestRedis,
  keys: Keys,
): Promise<Contender & { readonly ticketd: TicketdProcess }> => {
  const env = { REDIS_URL: redis.url };
  const instances = await Promise.all([startTicketd(keys, env), startTicketd(keys, env)]);
  const [first] = instances;
  const redeems = [{ url: first.internalUrl, key: keys.gatewayKey }, { redis: { url: redis.url } }];
  const gateways = await Promise.all(
    redeems.map((redeem) => startChild('gateway.ts', { REDEEM: JSON.stringify(redeem) })),
  );
  const post = createPost();
  const instanceFor = (number: number) => instances[number % 2] ?? first;
  return {
    name: 'ticketd',
    pids: [...instances, ...gateways].map(({ pid }) => pid),
    ticketd: first,
    open: async ({ number, jwt: token }, process, onClose) => {
      const answer = await post(instanceFor(number).url + TICKET_PATH, bearer(token));
      const { ticket } = (await answer.json()) as { readonly ticket: string };
      await openWebSocket(`ws://127.0.0.1:${gateways[process]?.port}?ticket=${ticket}`, onClose);
    },
    logOut: async ({ number, jwt: token }, scope) => {
      const headers = { ...bearer(token), 'Content-Type': 'application/json' };
      const { status } = await post(instanceFor(number).url + REVOKE_PATH, headers, JSON.stringify({ scope }));
      if (status !== 204) throw new Error(`not logged out: ${status}`);
    },
    stop: async () => void (await Promise.all([...gateways, ...instances].map((one) => one.stop()))),
  };
};

export const startPeer = async (redis: TestRedis, { verifyKey, algorithm }: Keys): Promise<Contender> => {
  const env = { REDIS_URL: redis.url, JWT_KEY: verifyKey, JWT_ALGORITHM: algorithm };
  const servers: readonly Child[] = await Promise.all([
    startChild('socket-io.ts', env),
    startChild('socket-io.ts', env),
  ]);
  const post = createPost();
  const urlOf = (number: number) => `http://127.0.0.1:${servers[number % 2]?.port}`;
  return {
    name: 'Socket.IO',
    pids: servers.map(({ pid }) => pid),
    open: ({ jwt: token }, process, onClose) =>
      new Promise((resolve, reject) => {
        const options = { transports: ['websocket'], reconnection: false, forceNew: true, auth: { token } };
        const socket = io(urlOf(process), options);
        socket.once('connect', () => resolve());
        socket.once('connect_error', reject);
        socket.once('disconnect', onClose);
      }),
    logOut: async ({ number, jwt: token }, scope) => {
      const { status } = await post(`${urlOf(number)}/${scope}`, bearer(token));
      if (status !== 204) throw new Error(`not logged out: ${status}`);
    },
    stop: async () => void (await Promise.all(servers.map((one) => one.stop()))),
  };
};

const openWebSocket = (url: string, onClose: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.once('open', () => resolve());
    socket.once('error', reject);
    socket.once('close', onClose);
  });
