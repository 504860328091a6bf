import { expect } from 'chai';
import { readLogSettings } from '../../../src/config/log-settings.ts';

describe('the log, before the configuration has been read', () => {
  it('has the level of LOG_LEVEL, and info where that is unset, empty or wrong', () => {
    expect(readLogSettings({ LOG_LEVEL: 'debug' }, false).level).to.equal('debug');
    for (const env of [{}, { LOG_LEVEL: '' }, { LOG_LEVEL: 'loud' }])
      expect(readLogSettings(env, false).level).to.equal('info');
  });

  it('is pretty in development at a terminal, and JSON everywhere else', () => {
    expect(readLogSettings({}, true).pretty).to.equal(true);
    expect(readLogSettings({ NODE_ENV: '' }, true).pretty).to.equal(true);
    expect(readLogSettings({}, false).pretty).to.equal(false);
    for (const nodeEnv of ['test', 'production'])
      expect(readLogSettings({ NODE_ENV: nodeEnv }, true).pretty).to.equal(false);
  });
});
