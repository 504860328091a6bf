import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect } from 'chai';
import { TICKET_PATH } from '../../support/ask.ts';
import { token } from '../../support/jwt.ts';
import { type RunningService, startService } from '../../support/service.ts';

describe('POST /ws-ticket with a chunked body', () => {
  let service: RunningService;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://' });
  });
  after(() => service.stop());

  const post = async (body: string, headers: Record<string, string> = {}): Promise<number | undefined> => {
    const asked = request(`${service.url}${TICKET_PATH}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token()}`, 'Transfer-Encoding': 'chunked', ...headers },
    });
    asked.end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    await once(answer, 'end');
    return answer.statusCode;
  };

  it('issues a ticket when the body is empty, whatever its type', async () => {
    expect(await post('')).to.equal(200);
    expect(await post('', { 'Content-Type': 'text/plain' })).to.equal(200);
  });

  it('returns 415 when the body is not empty and its type is not JSON', async () => {
    expect(await post('{}', { 'Content-Type': 'text/plain' })).to.equal(415);
    expect(await post('{}', { 'Content-Type': 'application/json' })).to.equal(200);
  });
});
