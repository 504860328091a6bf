import { type Caller, createAuthentication } from '../auth/caller.ts';
import { TokenRejected } from '../auth/errors.ts';
import { shown } from '../auth/explain.ts';
import { configuredKeys } from '../auth/key-source.ts';
import { authenticationWithoutKeys } from '../auth/offline.ts';
import { readConfig } from '../config/read-config.ts';
import { type Environment, readTextFile } from '../config/sources.ts';
import { unreadable } from '../config/text-file.ts';
import type { Config } from '../config/variables.ts';
import { EXIT_CODES, OK, UsageError } from './exit-codes.ts';

/** Prints whether `serve` with the same environment accepts the JWT in a file, and if not why. Makes no request. */
export const checkJwt = async (env: Environment, path: string, json: boolean): Promise<number> => {
  const { jwt: settings } = await readConfig(env);
  const jwt = await readJwt(path);
  const result = await authenticated(jwt, settings);
  if (jwt.length > LONGEST_JWT) process.stderr.write(TOO_LONG);
  const signatureChecked = settings.jwksUrl === undefined;
  process.stdout.write(json ? asJson(result, signatureChecked) : asText(result, signatureChecked));
  return result instanceof TokenRejected ? EXIT_CODES.JWT_REFUSED : OK;
};

// The headers of a request may have 16 KiB, and a JWT is not the only one.
const LONGEST_JWT = 15 * 1024;
const TOO_LONG = 'ticketd: the JWT has more than 15 KiB: "serve" may answer 431 REQUEST_HEADERS_TOO_LARGE\n';

const readJwt = async (path: string): Promise<string> => {
  const text = await readTextFile(path).catch((error) => {
    throw new UsageError(`--jwt-file: expected ${unreadable(error)}`);
  });
  if (text.trim() === '') throw new UsageError('--jwt-file: expected a file that is not empty');
  return text.trim();
};

const authenticated = async (jwt: string, settings: Config['jwt']): Promise<Caller | TokenRejected> => {
  const authenticate =
    settings.jwksUrl === undefined
      ? createAuthentication(settings, configuredKeys(settings))
      : authenticationWithoutKeys(settings);
  try {
    return await authenticate(jwt);
  } catch (error) {
    if (error instanceof TokenRejected) return error;
    throw error;
  }
};

/** `{"valid":true,"jwt":{"accepted","signatureChecked", …}}` on one line: whose it is, or `reason` and `detail`. */
const asJson = (result: Caller | TokenRejected, signatureChecked: boolean): string => {
  const accepted = !(result instanceof TokenRejected);
  const facts = accepted ? factsOf(result) : { reason: result.reason, detail: result.message };
  return `${JSON.stringify({ valid: true, jwt: { accepted, signatureChecked, ...facts } })}\n`;
};

const factsOf = ({ issuer, subject, sessionId, expiresAt }: Caller) => ({
  issuer: issuer ?? null,
  subject,
  sessionId: sessionId ?? null,
  expiresAt: new Date(expiresAt).toISOString(),
});

const asText = (result: Caller | TokenRejected, signatureChecked: boolean): string => {
  if (result instanceof TokenRejected) return `refused (${result.reason}): ${result.message}\n`;
  const { subject, sessionId, issuer, expiresAt } = result;
  const verdict = signatureChecked
    ? 'accepted'
    : 'accepted if the keys at JWT_JWKS_URL, which ticketd does not fetch here, fit its signature';
  const facts = [
    `subject ${shown(subject)}`,
    `session ${shown(sessionId)}`,
    `issuer ${shown(issuer)}`,
    `expires ${new Date(expiresAt).toISOString()}`,
  ];
  return `${verdict}: ${facts.join(', ')}\n`;
};
