import { expect } from 'chai';
import { readLogSettings } from '../../../src/config/read-config.ts';

describe('log settings before the configuration is read', () => {
  it('use the level of LOG_LEVEL, or info when it is unset, empty or invalid', () => {
    expect(readLogSettings({ LOG_LEVEL: 'debug' }, false).level).to.equal('debug');
    for (const env of [{}, { LOG_LEVEL: '' }, { LOG_LEVEL: 'loud' }])
      expect(readLogSettings(env, false).level).to.equal('info');
  });

  it('select pretty output in development at a terminal, and JSON everywhere else', () => {
    expect(readLogSettings({}, true).pretty).to.equal(true);
    expect(readLogSettings({ NODE_ENV: '' }, true).pretty).to.equal(true);
    expect(readLogSettings({}, false).pretty).to.equal(false);
    for (const nodeEnv of ['test', 'production'])
      expect(readLogSettings({ NODE_ENV: nodeEnv }, true).pretty).to.equal(false);
  });
});
