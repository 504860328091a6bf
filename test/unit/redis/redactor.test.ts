import { expect } from 'chai';
import { describeError } from '../../../src/log/describe-error.ts';
import { createRedactor } from '../../../src/redis/redis-errors.ts';
import { accessOf } from '../../support/redis-access.ts';

const PASSWORD = 'hunter2@9';

const redactedMessage = async (message: string, env: Readonly<Record<string, string>> = {}) => {
  const REDIS_URL = `redis://user:${encodeURIComponent(PASSWORD)}@127.0.0.1:6379`;
  const redacted = createRedactor(await accessOf({ REDIS_URL, ...env }));
  return describeError(redacted(new Error(message)));
};

describe('redacted Redis error', () => {
  it('omits the arguments of an unknown command, also when they are truncated', async () => {
    for (const repeated of [`'user' '${PASSWORD}'`, `\`${PASSWORD}\``, "'user' 'hunt"])
      expect(await redactedMessage(`ERR unknown command 'auth', with args beginning with: ${repeated}`)).to.deep.equal({
        error: "ERR unknown command 'auth'",
        errorCode: 'ERR',
      });
  });

  it('contains no password, anywhere in the message', async () => {
    expect(await redactedMessage(`WRONGPASS ${PASSWORD} is wrong: ${PASSWORD}`)).to.deep.equal({
      error: 'WRONGPASS [password] is wrong: [password]',
      errorCode: 'WRONGPASS',
    });
  });

  it('keeps its code', async () => {
    const redacted = createRedactor(
      await accessOf({ REDIS_URL: `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:6379` }),
    );
    const error = Object.assign(new Error(`no host ${PASSWORD}`), { code: 'ENOTFOUND' });
    expect(describeError(redacted(error))).to.deep.equal({ error: 'no host [password]', errorCode: 'ENOTFOUND' });
  });

  it('contains no password of the Sentinels', async () => {
    const env = { REDIS_SENTINEL_MASTER: 'tickets', REDIS_SENTINEL_PASSWORD: 'hunter3' };
    const { error } = await redactedMessage('All sentinels are unreachable. Last error: ERR hunter3', env);
    expect(error).to.equal('All sentinels are unreachable. Last error: ERR [password]');
  });

  it('contains no password that a cluster node repeated', async () => {
    const redacted = createRedactor(
      await accessOf({ REDIS_URL: `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:6379` }),
    );
    const error = Object.assign(new Error('Failed to refresh slots cache.'), {
      lastNodeError: new Error(`ERR unknown command 'auth', with args beginning with: '${PASSWORD}'`),
    });
    expect(describeError(redacted(error))).to.include({ error: "ERR unknown command 'auth'" });
  });

  it('is the same error when there is nothing to redact', async () => {
    const redacted = createRedactor(await accessOf());
    for (const error of [new TypeError('READONLY it is a replica'), 'no error', undefined])
      expect(redacted(error)).to.equal(error);
  });

  it('stays readable when the password is a single letter', async () => {
    const redacted = createRedactor(await accessOf({ REDIS_URL: 'redis://:e@127.0.0.1:6379' }));
    expect(describeError(redacted(new Error('READONLY the replica'))).error).to.equal('READONLY the replica');
  });
});
