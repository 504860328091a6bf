import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Drive, type DrivenProgram, drivePython, prepareGo } from '../../support/examples/driven-program.ts';
import { token } from '../../support/jwt.ts';
import { GATEWAY_KEY, issueTicket, REDEEM_PATH, revoke } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { tcpServer } from '../../support/tcp-server.ts';

/** A ticketd that loses the answer, sends something else, or answers in another protocol. */
const BAD_ANSWERS = ['', 'nonsense\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno'];

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

    it(`refuse with 503 and do not retry when the answer is lost or makes no sense: ${language}`, async () => {
      for (const answer of BAD_ANSWERS) {
        let redeems = 0;
        const { port, close } = await tcpServer((socket) =>
          socket.once('data', (request) => {
            // The request for the feed gets no answer.
            if (!String(request).startsWith(`POST ${REDEEM_PATH} `)) return;
            redeems += 1;
            socket.end(answer);
          }),
        );
        const talk = withProgram(drive(), `http://127.0.0.1:${port}`, async ({ next }) => {
          expect(await next('redeem wst_x'), answer).to.equal('refused 503');
          // The program reads its next command when it has done all for the first.
          expect(await next('redeem'), answer).to.equal('refused 401');
        });
        await talk.finally(close);
        expect(redeems, answer).to.equal(1);
      }
    });
  }
});
