import { expect } from 'chai';
import { openConnection } from '../../support/raw-connection.ts';
import { answersIn, rawRequest } from '../../support/raw-http.ts';
import { withService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

/** What a response on this listener says about reuse of its connection. */
const advertised = async (url: string): Promise<string | undefined> => {
  const connection = await openConnection(url);
  await connection.send(rawRequest('GET /health HTTP/1.1', ['Host: x']));
  await until('a response', () => connection.received.endsWith('}'));
  connection.destroy();
  return answersIn(connection.received)[0]?.headers['keep-alive'];
};

describe('KEEP_ALIVE_TIMEOUT_MS', () => {
  for (const [KEEP_ALIVE_TIMEOUT_MS, expected] of [
    [undefined, 'timeout=70'],
    ['620000', 'timeout=615'],
    ['4000', 'timeout=2'],
  ] as const)
    it(`advertises ${expected} on both listeners when it is ${KEEP_ALIVE_TIMEOUT_MS ?? 'not set'}`, async () => {
      await withService({ REDIS_URL: 'memory://', KEEP_ALIVE_TIMEOUT_MS }, async ({ url, internalUrl }) => {
        expect([await advertised(url), await advertised(internalUrl)]).to.deep.equal([expected, expected]);
      });
    });

  it('closes an idle connection without a reset when it is over', async () => {
    await withService({ REDIS_URL: 'memory://', KEEP_ALIVE_TIMEOUT_MS: '1000' }, async ({ url }) => {
      const connection = await openConnection(url);
      await connection.send(rawRequest('GET /health HTTP/1.1', ['Host: x']));
      await connection.closed;
      expect(answersIn(connection.received).map(({ status }) => status)).to.deep.equal([200]);
    });
  });
});
