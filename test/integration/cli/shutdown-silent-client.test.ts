import { expect } from 'chai';
import { TICKET_PATH } from '../../support/ask.ts';
import { untilReadBy } from '../../support/in-flight.ts';
import { SECRET, token } from '../../support/jwt.ts';
import { openConnection } from '../../support/raw-connection.ts';
import { rawRequest } from '../../support/raw-http.ts';
import { endAll, serve } from '../../support/ticketd.ts';

const headers = ['Host: x', `Authorization: Bearer ${token()}`, 'Content-Type: application/json', 'Content-Length: 17'];
const HALF_A_BODY = rawRequest(`POST ${TICKET_PATH} HTTP/1.1`, headers, '{"channel":');
const WHOLE = rawRequest('GET /health HTTP/1.1', ['Host: x']);

/** What a client may send and then fall silent, and what it has received by the end. */
const silent: Readonly<Record<string, readonly [string, RegExp]>> = {
  'sends nothing': ['', /^$/],
  'stops in the middle of the request line': ['GET /health HT', /^HTTP\/1\.1 408 /],
  'stops in the middle of the headers': [WHOLE.slice(0, -2), /^HTTP\/1\.1 408 /],
  'stops in the middle of the body': [HALF_A_BODY, /^HTTP\/1\.1 408 /],
  'sends half a request after a whole one': [WHOLE + WHOLE.slice(0, 9), /^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 408 /],
};

describe('serve on SIGTERM with a silent client', () => {
  afterEach(endAll);

  for (const [what, [bytes, received]] of Object.entries(silent))
    it(`exits 0 when a client ${what}`, async () => {
      const service = serve({ JWT_SECRET: SECRET, REDIS_URL: 'memory://' });
      const connection = await openConnection(await service.url());
      if (bytes !== '') await connection.send(bytes);
      await untilReadBy(service);
      service.process.kill('SIGTERM');
      expect(await service.exit).to.deep.equal({ code: 0, signal: null });
      expect(service.events.at(-1)).to.equal('server_stopped');
      await connection.closed;
      expect(connection.received).to.match(received);
    });
});
