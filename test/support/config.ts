import { expect } from 'chai';
import { ConfigError, type Problem } from '../../src/config/config-error.ts';
import { readConfig } from '../../src/config/read-config.ts';
import type { Config } from '../../src/config/variables.ts';
import { SECRET } from './jwt.ts';
import { rejectionOf } from './rejection.ts';

type Env = Readonly<Record<string, string>>;

/** The configuration that these variables give, beside a JWT secret. */
export const configOf = (env: Env = {}): Promise<Config> => readConfig({ JWT_SECRET: SECRET, ...env });

/** All that is wrong with these variables, taken as they are. */
export const problemsOf = async (env: Env): Promise<readonly Problem[]> => {
  const error = await rejectionOf(readConfig(env));
  expect(error).to.be.instanceOf(ConfigError);
  return (error as ConfigError).problems;
};
