import { expect } from 'chai';
import { connectWithTicket } from '../../../src/client/connect-with-ticket.ts';
import { TICKET_PATH } from '../../support/ask.ts';
import { token } from '../../support/jwt.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';

const KIB = 1024;

/** A JWT of at least this many characters, as Entra ID makes them: with the ids of all groups of the user. */
const ofLength = (characters: number): string => {
  const groups: string[] = [];
  let jwt = token({ groups });
  while (jwt.length < characters) {
    groups.push(...Array(Math.ceil((characters - jwt.length) / 60)).fill('6fc2b3a8-0b1f-4c11-9e55-3f9c7d1e2a40'));
    jwt = token({ groups });
  }
  return jwt;
};

const MESSAGE =
  'The headers have more than 16 KiB, of which a JWT can take about 15. If it lists the groups of its user, let the identity provider leave them out';

describe('POST /ws-ticket with a long JWT', () => {
  let service: RunningService;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://' });
  });
  after(() => service.stop());

  for (const kib of [8, 12, 15])
    it(`returns 200 for ${kib} KiB`, async () => {
      const jwt = ofLength(kib * KIB);
      expect(jwt.length).to.be.within(kib * KIB, kib * KIB + 60);
      expect((await requestTicket(service, jwt)).status).to.equal(200);
    });

  it('returns 401 for 15 KiB with a wrong signature', async () => {
    expectRefusal(await requestTicket(service, `${ofLength(15 * KIB)}A`), 401, 'AUTH_TOKEN_INVALID');
  });

  it('returns 431 for more than 16 KiB, and says why and what to do', async () => {
    const response = await requestTicket(service, ofLength(16 * KIB));
    expectRefusal(response, 431, 'REQUEST_HEADERS_TOO_LARGE');
    expect(response.body.message).to.equal(MESSAGE);
  });

  it('makes the client stop as invalid, not as unauthorized: signing in again cannot help', async () => {
    const asked: boolean[] = [];
    const socket = connectWithTicket({
      ticketUrl: `${service.url}${TICKET_PATH}`,
      socketUrl: 'ws://127.0.0.1:1',
      getToken: ({ rejected }) => {
        asked.push(rejected);
        return ofLength(16 * KIB);
      },
    });
    const stopped = await new Promise((resolve) => socket.addEventListener('stopped', resolve));
    expect(stopped).to.include({ reason: 'invalid', status: 431, message: MESSAGE });
    expect(asked).to.deep.equal([false]);
  });
});
