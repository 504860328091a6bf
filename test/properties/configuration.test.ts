import { expect } from 'chai';
import { settingsAsJson, settingsAsText } from '../../src/cli/check-config.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import { integer, listOf, oneOf, text } from '../../src/config/parsers.ts';
import { readConfig, readSettings } from '../../src/config/read-config.ts';
import { InvalidValueError } from '../../src/config/variable.ts';
import { variables } from '../../src/config/variables.ts';
import { CASES, fc, textOf, thrownBy, wellFormed } from '../support/property.ts';

const CANARY = 'hunter2hunter2hunter2hunter2hunter2';

const rows = Object.values(variables).flatMap((section) => Object.values(section));
const names = rows.map(({ name }) => name);
const secretNames = rows.filter(({ secret }) => secret).map(({ name }) => name);

// Words that some variable accepts, and characters that some use as a separator.
const WORDS = [
  ...['true', 'false', 'off', 'production', 'development', 'trace', '0', '1', '30', '65535', '65536', '1/60'],
  ...['RS256', 'HS256', 'ES256', '127.0.0.1', '::1', '10.0.0.0/8', '/129', 'https://', 'http://', 'app.example'],
  ...['redis://', 'rediss://', 'memory://', 'a:6379', ',', ' ', ';', '*', '\\n', '-----BEGIN PUBLIC KEY-----'],
];

const value = fc.oneof(fc.constantFrom(...WORDS), textOf(...WORDS, CANARY));
const plain = names.filter((name) => !secretNames.includes(name));

/** A complete or empty base plus some variables with arbitrary text; only secrets contain CANARY. */
const environment = fc
  .tuple(
    fc.constantFrom({}, { JWT_SECRET: CANARY }, { JWT_SECRET: CANARY, REDIS_URL: `redis://u:${CANARY}@host` }),
    fc.dictionary(fc.constantFrom(...plain), fc.oneof(fc.constantFrom(...WORDS), textOf(...WORDS)), { maxKeys: 4 }),
    fc.dictionary(fc.constantFrom(...secretNames, ...secretNames.map((name) => `${name}_FILE`)), value, { maxKeys: 2 }),
  )
  .map((parts) => Object.assign({}, ...parts) as Readonly<Record<string, string>>);

const problemsOf = async (work: Promise<unknown>): Promise<ConfigError | undefined> =>
  work.then(
    () => undefined,
    (error) => {
      if (error instanceof ConfigError) return error;
      throw error;
    },
  );

describe('configuration from arbitrary environment variables', () => {
  it('is accepted, or refused with the names of the invalid variables', async () => {
    await fc.assert(
      fc.asyncProperty(environment, async (env) => {
        const error = await problemsOf(readConfig(env));
        const known = [...names, ...names.map((name) => `${name}_FILE`)];
        for (const { name, problem } of error?.problems ?? []) {
          expect(name.split(', ').every((one) => known.includes(one))).to.equal(true);
          expect(problem).to.match(/^expected /);
        }
      }),
    );
  });

  it('never shows a secret, whether it is valid or not', async () => {
    let right = 0;
    await fc.assert(
      fc.asyncProperty(environment, async (env) => {
        const error = await problemsOf(readConfig(env));
        expect(error?.message ?? '').not.to.include('hunter2');
        if (error !== undefined) return;
        right += 1;
        const settings = await readSettings(env);
        expect(settingsAsText(settings) + settingsAsJson(settings)).not.to.include('hunter2');
      }),
    );
    expect(right).to.be.above(CASES / 100);
  });

  it('has exactly the values that were set when all are valid', async () => {
    const isUnambiguous = (text: string) => !/^(?:\uFEFF|\s*["'])|\uFFFD/.test(text);
    const right = fc.record({
      PORT: fc.nat(65_535),
      INTERNAL_PORT: fc.constant('off'),
      TICKET_TTL_SECONDS: fc.integer({ min: 1, max: 300 }),
      DRAIN_DELAY_MS: fc.nat(1_000),
      SHUTDOWN_TIMEOUT_MS: fc.integer({ min: 1_001, max: 600_000 }),
      TICKET_RATE_LIMIT: fc.tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 86_400 })),
      JWT_ISSUER: fc.array(fc.stringMatching(/^[^\p{Cc}\s,"']{1,64}$/u).filter(isUnambiguous), {
        minLength: 1,
        maxLength: 3,
      }),
      GATEWAY_KEYS: fc.array(fc.stringMatching(/^[\x21-\x2B\x2D-\x7E]{32,40}$/).filter(isUnambiguous), {
        minLength: 1,
        maxLength: 3,
      }),
      JWT_SECRET: wellFormed({ minLength: 1 })
        .filter(isUnambiguous)
        .map((tail) => `${'0'.repeat(32)}${tail.replace(/[,\s]/g, '')}`),
    });
    await fc.assert(
      fc.asyncProperty(right, async (set) => {
        const [tickets, seconds] = set.TICKET_RATE_LIMIT;
        const env = Object.entries({ ...set, TICKET_RATE_LIMIT: `${tickets}/${seconds}` });
        const config = await readConfig(Object.fromEntries(env.map(([name, one]) => [name, String(one)])));
        expect(config.http).to.include({ port: set.PORT, internalPort: 'off' });
        expect(config.tickets.ttlSeconds).to.equal(set.TICKET_TTL_SECONDS);
        expect(config.shutdown).to.deep.equal({ drainDelayMs: set.DRAIN_DELAY_MS, timeoutMs: set.SHUTDOWN_TIMEOUT_MS });
        expect(config.limits.ticketRate).to.deep.equal({ tickets, seconds });
        expect(config.jwt.issuer).to.deep.equal(set.JWT_ISSUER);
        expect(config.gateways.keys).to.deep.equal(set.GATEWAY_KEYS);
        expect(config.jwt.secrets).to.deep.equal([set.JWT_SECRET]);
      }),
    );
  });

  it('accepts or refuses arbitrary text in each variable, without quoting secrets', () => {
    const variable = fc.constantFrom(...rows);
    fc.assert(
      fc.property(variable, value, ({ parse }, given) => {
        const refusal = thrownBy(() => parse(given), InvalidValueError);
        expect(refusal?.message ?? '').not.to.include('hunter2');
      }),
    );
  });

  it('accepts only decimal digits within the bounds as an integer', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer().map(String), textOf('1', '0', '-', '+', '.', 'e', 'x', '_', ' ')), (given) => {
        const refusal = thrownBy(() => integer(0, 65_535)(given), InvalidValueError);
        const right = /^\d{1,10}$/.test(given) && Number(given) <= 65_535;
        expect(refusal === undefined).to.equal(right);
        if (right) expect(integer(0, 65_535)(given)).to.equal(Number(given));
      }),
    );
  });

  it('splits a list into the values that were joined', () => {
    const words = fc.array(fc.constantFrom('HS256', 'RS256', 'ES256'), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(words, fc.constantFrom(',', ', ', ' ,\t'), (given, joint) => {
        expect(listOf(oneOf('HS256', 'RS256', 'ES256'))(given.join(joint))).to.deep.equal(given);
      }),
    );
  });

  it('accepts text of 1 to 16 characters without control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (given) => {
        const refusal = thrownBy(() => text(16)(given), InvalidValueError);
        const length = [...given].length;
        expect(refusal === undefined).to.equal(!/\p{Cc}/u.test(given) && length >= 1 && length <= 16);
      }),
    );
  });
});
