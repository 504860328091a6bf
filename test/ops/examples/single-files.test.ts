import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { REVOCATIONS_PATH } from '../../../src/protocol/paths.ts';
import { ask } from '../../support/ask.ts';
import { type Drive, type DrivenProgram, drivePython, prepareGo } from '../../support/examples/driven-program.ts';
import { startOlderTicketd } from '../../support/examples/older-ticketd.ts';
import { startFakeTicketd } from '../../support/fake-ticketd.ts';
import { token } from '../../support/jwt.ts';
import { GATEWAY_KEY, issueTicket, REDEEM_PATH, revoke } from '../../support/redeem.ts';
import { positionOf } from '../../support/revocations.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { silentServer, tcpServer } from '../../support/tcp-server.ts';
import { until } from '../../support/until.ts';

/** From a ticketd that loses the response, sends something else, or speaks another protocol. */
const BAD_RESPONSES = ['', 'nonsense\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno'];

const ORIGIN = 'https://app.example';
const ORIGIN_RULE = [
  { title: 'the same Origin', headers: { Origin: ORIGIN }, withoutPath: 200, withPath: 200 },
  { title: 'another Origin', headers: { Origin: 'https://other.example' }, withoutPath: 403, withPath: 403 },
  { title: 'same-origin', headers: { 'Sec-Fetch-Site': 'same-origin' }, withoutPath: 200, withPath: 200 },
  {
    title: 'same-origin of another host',
    headers: { 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-Host': 'other.example' },
    withoutPath: 403,
    withPath: 200,
  },
  { title: 'same-site', headers: { 'Sec-Fetch-Site': 'same-site' }, withoutPath: 403, withPath: 200 },
  { title: 'none', headers: { 'Sec-Fetch-Site': 'none' }, withoutPath: 403, withPath: 200 },
  { title: 'cross-site', headers: { 'Sec-Fetch-Site': 'cross-site' }, withoutPath: 403, withPath: 403 },
  { title: 'no header', headers: {}, withoutPath: 403, withPath: 200 },
];

/** Calls `onFeed` for each request for the feed, with what sends the response. */
const feedServer = (onFeed: (send: (text: string) => void) => void) =>
  tcpServer((socket) =>
    socket.once('data', (request) => {
      if (String(request).startsWith(`GET ${REVOCATIONS_PATH} `)) onFeed((text) => void socket.write(text));
    }),
  );

const RETRY_LATER =
  'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 6\r\nContent-Length: 0\r\n\r\n';
const FEED = `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid: ${positionOf(1)}\n\n`;

describe('the single files of the examples', () => {
  let service: RunningService;
  let folder: string;
  let driveGo: Drive;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY });
    folder = await mkdtemp(join(tmpdir(), 'ticketd-driven-'));
    driveGo = await prepareGo(folder);
  });
  after(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });

  const languages = [
    ['Python', () => drivePython],
    ['Go', () => driveGo],
  ] as const;

  const inEachLanguage = (play: (drive: Drive) => Promise<void>) =>
    Promise.all(languages.map(([, drive]) => play(drive())));

  const withProgram = async (drive: Drive, url: string, use: (program: DrivenProgram) => Promise<void>) => {
    const program = drive(url);
    await use(program).finally(program.stop);
  };

  for (const [language, drive] of languages) {
    it(`close a socket that opens after its session was revoked, and none of a later ticket: ${language}`, () =>
      withProgram(drive(), service.internalUrl, async ({ next }) => {
        const jwt = token({ sub: language });
        const redeem = async () => next(`redeem ${await issueTicket(service, { jwt })}`);
        const logOut = async () => expect((await revoke(service, 'session', jwt)).status).to.equal(204);
        expect([await redeem(), await redeem(), await next('track')]).to.deep.equal([
          'redeemed',
          'redeemed',
          'tracked',
        ]);
        await logOut();
        // This one was open when the revocation arrived, the second one opens afterwards.
        expect(await next()).to.equal('closed 4001');
        expect([await next('track'), await next()]).to.deep.equal(['tracked', 'closed 4001']);
        // A ticket issued after the logout: the next line is not that it closes.
        const later = [await redeem(), await next('track'), await redeem()];
        expect(later).to.deep.equal(['redeemed', 'tracked', 'redeemed']);
        await logOut();
        expect(await next()).to.equal('closed 4001');
      }));

    it(`refuse with 503 and do not retry when the response is lost or makes no sense: ${language}`, async () => {
      for (const response of BAD_RESPONSES) {
        let redeems = 0;
        const { port, close } = await tcpServer((socket) =>
          socket.once('data', (request) => {
            // The request for the feed gets no response.
            if (!String(request).startsWith(`POST ${REDEEM_PATH} `)) return;
            redeems += 1;
            socket.end(response);
          }),
        );
        const talk = withProgram(drive(), `http://127.0.0.1:${port}`, async ({ next }) => {
          expect(await next('redeem wst_x'), response).to.equal('refused 503');
          // The program reads its next command when it has done all for the first.
          expect(await next('redeem'), response).to.equal('refused 401');
        });
        await talk.finally(close);
        expect(redeems, response).to.equal(1);
      }
    });

    it(`redeem again without the members that an older ticketd refuses: ${language}`, async () => {
      const older = await startOlderTicketd();
      const talk = withProgram(drive(), older.url, async ({ next }) => {
        expect(await next('redeem wst_x')).to.equal('redeemed');
      });
      await talk.finally(older.stop);
      const newer = older.bodies.map(({ path, fetchSite, host }) => [path, fetchSite, host]);
      expect(newer).to.deep.equal([['/', 'same-origin', 'app.example'], Array(3).fill(undefined)]);
    });

    it(`follow revocations before a redeem, and close sockets that opened before the feed: ${language}`, async () => {
      const fake = await startFakeTicketd();
      fake.answerFeeds((_request, response) => void response.writeHead(200).flushHeaders());
      const talk = withProgram(drive(), fake.url, async ({ next }) => {
        await until('the feed is open', () => fake.feeds.length === 1);
        expect(fake.redeems).to.equal(0);
        const open = async () => [await next(`redeem ${fake.issue('alice', 'key')}`), await next('track')];
        const opened = ['redeemed', 'tracked'];
        expect(await open()).to.deep.equal(opened);
        fake.revoke('another key', () => {});
        expect(await open()).to.deep.equal(opened);
        fake.feeds[0]?.response.write(`id: ${positionOf(1)}\n\n`);
        expect(await next()).to.equal('closed 1013');
        // The next line is not that the second one closes.
        expect(await next('redeem')).to.equal('refused 401');
      });
      await talk.finally(fake.stop);
    });
  }

  it('obey Retry-After of the feed, and report meanwhile that revocations are delayed', () =>
    inEachLanguage(async (drive) => {
      const reportedAt: boolean[] = [];
      const { port, close } = await feedServer((send) => {
        reportedAt.push(program.log.includes('revocations are delayed'));
        send(reportedAt.length === 1 ? RETRY_LATER : FEED);
      });
      const program = drive(`http://127.0.0.1:${port}`);
      const talk = until('the end of the outage', () => program.log.includes('revocations arrive again'));
      await talk.finally(program.stop).finally(close);
      expect(reportedAt).to.deep.equal([false, true]);
    }));

  it('report a feed without a response, and connect again before 25 s of silence', () =>
    inEachLanguage(async (drive) => {
      const server = await silentServer();
      const program = drive(`http://127.0.0.1:${server.port}`);
      const isReported = () => program.log.includes('revocations are delayed') && server.accepted > 1;
      await until('the report and another connection', isReported, 20_000).finally(program.stop).finally(server.close);
    }));

  describe('the Go handler of plain HTTP', () => {
    for (const { title, headers, withoutPath, withPath } of ORIGIN_RULE)
      it(`${title}: ${withoutPath}, and ${withPath} with a path in the ticket`, () =>
        withProgram(driveGo, service.internalUrl, async ({ next }) => {
          const server = await next('serve');
          const get = async (path?: string) => {
            const ticket = await issueTicket(service, { origin: ORIGIN, ...(path && { path }) });
            return (await ask(`${server}/a%7eb?ticket=${ticket}`, { headers })).status;
          };
          expect([await get(), await get('/a%7eb'), await get('/ab')]).to.deep.equal([withoutPath, withPath, 403]);
        }));
  });
});
