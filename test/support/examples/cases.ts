import { expect } from 'chai';
import { ask } from '../ask.ts';
import { token } from '../jwt.ts';
import { revoke } from '../redeem.ts';
import { until } from '../until.ts';
import { isOpenSocket, type OpenSocket } from './attempt.ts';
import { type Answers, type Example, examples } from './examples.ts';
import type { Stage } from './stage.ts';

/** What each example did. */
export type Outcomes = ReadonlyMap<Example, string>;

/** One line of the contract for gateways. */
export interface Case {
  /** The head of its row. */
  readonly title: string;
  readonly expected: (answers: Answers) => string;
  /** The examples that it applies to; all by default. */
  readonly of?: readonly Example[];
  /** Plays it with all examples side by side, and repairs what it broke. */
  play(stage: Stage): Promise<Outcomes>;
}

/** Long enough for a handshake on a busy machine. */
const SESSION_SECONDS = 6;
/** More sockets than one, since each closes at a random time within a minute. */
const SOCKETS_TO_LOSE = 20;
const CLOSE_TIMEOUT_MS = 45_000;

const inHandshake = examples.filter(({ path }) => path !== undefined);

const forEach = async <T>(playOne: (example: Example) => Promise<T>, of = examples): Promise<ReadonlyMap<Example, T>> =>
  new Map(await Promise.all(of.map(async (example) => [example, await playOne(example)] as const)));

/** An example that fails must not hide what the others did. */
const every = (playOne: (example: Example) => Promise<string>, of = examples): Promise<Outcomes> =>
  forEach((example) => playOne(example).catch((error: Error) => `failed: ${error.message}`), of);

/** The outcome of one handshake, whose socket then ends. */
const outcomeOf = async (attempt: ReturnType<Stage['connect']>): Promise<string> => {
  const settled = await attempt;
  if (isOpenSocket(settled)) settled.end();
  return settled.outcome;
};

type Opened = ReadonlyMap<Example, readonly OpenSocket[] | Error>;

/** A socket of each of these users at each example, or why one was refused. */
const openEach = (stage: Stage, subjects: readonly string[]): Promise<Opened> =>
  forEach(async (example) => {
    const sockets: OpenSocket[] = [];
    try {
      for (const sub of subjects) sockets.push(await stage.open(example, sub));
    } catch (error) {
      return error as Error;
    }
    return sockets;
  });

const socketsOf = (opened: Opened, example: Example): readonly OpenSocket[] => {
  const sockets = opened.get(example) ?? [];
  if (sockets instanceof Error) throw sockets;
  return sockets;
};

/** How a socket closed; rejects where it stays open for very long. */
const untilClosed = async (socket: Pick<OpenSocket, 'closed'> | undefined): Promise<string> => {
  let outcome: string | undefined;
  socket?.closed.then((closed) => {
    outcome = closed;
  });
  return until('the socket closes', () => outcome, CLOSE_TIMEOUT_MS);
};

const untilReady = ({ url }: { readonly url: string }) =>
  until('ticketd is ready', async () => (await ask(`${url}/ready`)).status === 200);

/** Every example gets a good ticket while `fault` lasts. */
const during =
  (fault: (stage: Stage) => Promise<() => unknown>): Case['play'] =>
  async (stage) => {
    const tickets = await forEach(() => stage.ticket());
    const repair = await fault(stage);
    const outcomes = await every((example) =>
      outcomeOf(stage.connect(example, { ticket: tickets.get(example) ?? '' })),
    );
    await repair();
    await untilReady(stage.ticketd);
    return outcomes;
  };

/** Two users connect; one logs out, and the other must keep the socket. */
const logout =
  (meanwhile: (stage: Stage) => Promise<unknown> = async () => undefined): Case['play'] =>
  async (stage) => {
    const entered = await openEach(stage, ['alice', 'bob']);
    await meanwhile(stage);
    const { status } = await revoke(stage.ticketd, 'session', token({ sub: 'alice', sessionId: 'alice' }));
    expect(status).to.equal(204);
    return every(async (example) => {
      const [leaving, staying] = socketsOf(entered, example);
      const outcome = await untilClosed(leaving);
      const stayed = staying?.isOpen();
      staying?.end();
      return stayed ? outcome : `${outcome}, and that of another user`;
    });
  };

const lostData: Case['play'] = async (stage) => {
  const opened = await openEach(stage, Array(SOCKETS_TO_LOSE).fill('carol'));
  await stage.redis.stop();
  await stage.redis.start();
  const outcomes = await every(async (example) => {
    const sockets = socketsOf(opened, example);
    const first = await untilClosed({ closed: Promise.race(sockets.map(({ closed }) => closed)) });
    for (const socket of sockets) socket.end();
    return first;
  });
  await untilReady(stage.ticketd);
  return outcomes;
};

const killTicketd = async ({ ticketd }: Stage) => {
  await ticketd.kill();
  return ticketd.start;
};

const pauseTicketd = async ({ ticketd }: Stage) => {
  ticketd.pause();
  return ticketd.resume;
};

const stopRedis = async ({ redis }: Stage) => {
  await redis.stop();
  return redis.start;
};

const inSubprotocol = (ticket: string) => ({ protocols: ['chat', `ticketd.${ticket}`] });

/** What a case shows with an example; nothing where it does not apply. */
export const expectedOf = ({ expected, of = examples }: Case, example: Example): string | undefined =>
  of.includes(example) ? expected(example.answers) : undefined;

/** The contract for gateways, in the order in which it is played. */
export const cases: readonly Case[] = [
  {
    title: 'good ticket',
    expected: () => 'opens',
    play: (stage) => every(async (example) => outcomeOf(stage.connect(example, { ticket: await stage.ticket() }))),
  },
  {
    title: 'in a subprotocol',
    of: inHandshake,
    expected: () => 'opens',
    play: (stage) =>
      every(async (example) => outcomeOf(stage.connect(example, inSubprotocol(await stage.ticket()))), inHandshake),
  },
  {
    title: 'no ticket',
    expected: ({ missing }) => missing,
    play: (stage) => every((example) => outcomeOf(stage.connect(example, {}))),
  },
  {
    title: 'two tickets',
    of: inHandshake,
    expected: ({ notRedeemable }) => notRedeemable,
    play: (stage) =>
      every(async (example) => {
        const [ticket, other] = [await stage.ticket(), await stage.ticket()];
        return outcomeOf(stage.connect(example, { ticket, ...inSubprotocol(other) }));
      }, inHandshake),
  },
  {
    title: 'spent ticket',
    expected: ({ notRedeemable }) => notRedeemable,
    play: (stage) =>
      every(async (example) => {
        const ticket = await stage.ticket();
        const first = await outcomeOf(stage.connect(example, { ticket }));
        return first === 'opens' ? outcomeOf(stage.connect(example, { ticket })) : `at first: ${first}`;
      }),
  },
  {
    title: 'wrong audience',
    expected: ({ notRedeemable }) => notRedeemable,
    play: (stage) =>
      every(async (example) =>
        outcomeOf(stage.connect(example, { ticket: await stage.ticket({ audience: 'admin' }) })),
      ),
  },
  {
    title: 'wrong origin',
    expected: ({ notRedeemable }) => notRedeemable,
    play: (stage) =>
      every(async (example) =>
        outcomeOf(stage.connect(example, { ticket: await stage.ticket(), origin: 'https://other.example' })),
      ),
  },
  {
    title: 'ticket for another path',
    of: inHandshake,
    expected: ({ notRedeemable }) => notRedeemable,
    play: (stage) =>
      every(
        async (example) => outcomeOf(stage.connect(example, { ticket: await stage.ticket({ path: '/other' }) })),
        inHandshake,
      ),
  },
  {
    title: 'ticket for this path',
    of: inHandshake,
    expected: () => 'opens',
    play: (stage) =>
      every(
        async (example) =>
          outcomeOf(stage.connect(example, { ticket: await stage.ticket({ path: example.path ?? '' }) })),
        inHandshake,
      ),
  },
  { title: 'logout', expected: ({ revoked }) => revoked, play: logout() },
  {
    title: 'end of the session',
    expected: ({ ended }) => ended,
    play: (stage) =>
      every(async (example) => {
        const exp = Math.floor(Date.now() / 1000) + SESSION_SECONDS;
        return untilClosed(await stage.open(example, 'dave', { exp }));
      }),
  },
  { title: 'ticketd down', expected: ({ outage }) => outage, play: during(killTicketd) },
  {
    title: 'logout after a restart',
    expected: ({ revoked }) => revoked,
    play: logout(async ({ ticketd }) => {
      await ticketd.kill();
      await ticketd.start();
    }),
  },
  { title: 'ticketd slow', expected: ({ outage }) => outage, play: during(pauseTicketd) },
  { title: 'Redis lost its data', expected: ({ lost }) => lost, play: lostData },
  // The last one: Redis comes back empty, and sockets that open before the gateways know that would be closed, too.
  { title: 'Redis down', expected: ({ outage }) => outage, play: during(stopRedis) },
];
