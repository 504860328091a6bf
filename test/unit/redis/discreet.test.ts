import { expect } from 'chai';
import { describeError } from '../../../src/errors/describe-error.ts';
import { discreet } from '../../../src/redis/discreet.ts';
import { accessOf } from '../../support/redis-access.ts';

const PASSWORD = 'hunter2@9';

const told = async (message: string, env: Readonly<Record<string, string>> = {}) => {
  const REDIS_URL = `redis://user:${encodeURIComponent(PASSWORD)}@127.0.0.1:6379`;
  const tellable = discreet(await accessOf({ REDIS_URL, ...env }));
  return describeError(tellable(new Error(message)));
};

describe('redacted Redis error', () => {
  it('omits the arguments of an unknown command, also when they are truncated', async () => {
    for (const repeated of [`'user' '${PASSWORD}'`, `\`${PASSWORD}\``, "'user' 'hunt"])
      expect(await told(`ERR unknown command 'auth', with args beginning with: ${repeated}`)).to.deep.equal({
        error: "ERR unknown command 'auth'",
        errorCode: 'ERR',
      });
  });

  it('contains no password, anywhere in the message', async () => {
    expect(await told(`WRONGPASS ${PASSWORD} is wrong: ${PASSWORD}`)).to.deep.equal({
      error: 'WRONGPASS [password] is wrong: [password]',
      errorCode: 'WRONGPASS',
    });
  });

  it('keeps its code', async () => {
    const tellable = discreet(await accessOf({ REDIS_URL: `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:6379` }));
    const error = Object.assign(new Error(`no host ${PASSWORD}`), { code: 'ENOTFOUND' });
    expect(describeError(tellable(error))).to.deep.equal({ error: 'no host [password]', errorCode: 'ENOTFOUND' });
  });

  it('contains no password of the Sentinels', async () => {
    const env = { REDIS_SENTINEL_MASTER: 'tickets', REDIS_SENTINEL_PASSWORD: 'hunter3' };
    const { error } = await told('All sentinels are unreachable. Last error: ERR hunter3', env);
    expect(error).to.equal('All sentinels are unreachable. Last error: ERR [password]');
  });

  it('contains no password that a cluster node repeated', async () => {
    const tellable = discreet(await accessOf({ REDIS_URL: `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:6379` }));
    const error = Object.assign(new Error('Failed to refresh slots cache.'), {
      lastNodeError: new Error(`ERR unknown command 'auth', with args beginning with: '${PASSWORD}'`),
    });
    expect(describeError(tellable(error))).to.include({ error: "ERR unknown command 'auth'" });
  });

  it('is the same error when there is nothing to redact', async () => {
    const tellable = discreet(await accessOf());
    for (const error of [new TypeError('READONLY it is a replica'), 'no error', undefined])
      expect(tellable(error)).to.equal(error);
  });

  it('stays readable when the password is a single letter', async () => {
    const tellable = discreet(await accessOf({ REDIS_URL: 'redis://:e@127.0.0.1:6379' }));
    expect(describeError(tellable(new Error('READONLY the replica'))).error).to.equal('READONLY the replica');
  });
});
