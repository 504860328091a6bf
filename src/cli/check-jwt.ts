import type { Caller } from '../auth/caller.ts';
import { TokenRejected } from '../auth/errors.ts';
import { shown } from '../auth/explain.ts';
import { authenticateOffline, type OfflineVerdict } from '../auth/offline.ts';
import { readConfig } from '../config/read-config.ts';
import { type Environment, readTextFile } from '../config/sources.ts';
import { unreadable } from '../config/text-file.ts';
import type { Config } from '../config/variables.ts';
import { EXIT_CODES, OK, UsageError } from './exit-codes.ts';

/** Prints whether `serve` with the same environment accepts the JWT in a file, and if not why. Makes no request. */
export const checkJwt = async (env: Environment, path: string, json: boolean): Promise<number> => {
  const { jwt: settings } = await readConfig(env);
  const jwt = await readJwt(path);
  const verdict = await verdictOn(jwt, settings);
  if (jwt.length > LONGEST_JWT) process.stderr.write(TOO_LONG);
  process.stdout.write(json ? asJson(verdict) : asText(verdict));
  return verdict.result instanceof TokenRejected ? EXIT_CODES.JWT_REFUSED : OK;
};

interface Verdict extends OfflineVerdict {
  /** What else is wrong with a JWT that has expired, mostly on its way from the user to the operator. */
  readonly beforeExpiry: TokenRejected | undefined;
}

const verdictOn = async (jwt: string, settings: Config['jwt']): Promise<Verdict> => {
  const { result, signatureChecked } = await authenticateOffline(jwt, settings);
  if (!isExpired(result)) return { result, beforeExpiry: undefined, signatureChecked };
  const { result: inTime } = await authenticateOffline(jwt, {
    ...settings,
    clockToleranceSeconds: Number.MAX_SAFE_INTEGER,
  });
  const beforeExpiry = inTime instanceof TokenRejected && !isExpired(inTime) ? inTime : undefined;
  return { result, beforeExpiry, signatureChecked };
};

const isExpired = (result: Caller | TokenRejected): boolean =>
  result instanceof TokenRejected && result.reason === 'expired';

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

/** `{"valid":true,"jwt":{"accepted","signatureChecked", …}}` on one line: whose it is, or `reason` and `detail`. */
const asJson = ({ result, beforeExpiry, signatureChecked }: Verdict): string => {
  const accepted = !(result instanceof TokenRejected);
  const facts = accepted
    ? factsOf(result)
    : { ...reasonOf(result), ...(beforeExpiry && { beforeExpiry: reasonOf(beforeExpiry) }) };
  return `${JSON.stringify({ valid: true, jwt: { accepted, signatureChecked, ...facts } })}\n`;
};

const reasonOf = ({ reason, message }: TokenRejected) => ({ reason, detail: message });

const factsOf = ({ issuer, subject, sessionId, expiresAt }: Caller) => ({
  issuer: issuer ?? null,
  subject,
  sessionId: sessionId ?? null,
  expiresAt: new Date(expiresAt).toISOString(),
});

const asText = ({ result, beforeExpiry, signatureChecked }: Verdict): string => {
  if (result instanceof TokenRejected) return refusalAsText(result, beforeExpiry);
  const { subject, sessionId, issuer, expiresAt } = result;
  const verdict = signatureChecked
    ? 'accepted'
    : 'accepted if the published keys, which ticketd does not fetch here, fit its signature';
  const facts = [
    `subject ${shown(subject)}`,
    `session ${shown(sessionId)}`,
    `issuer ${shown(issuer)}`,
    `expires ${new Date(expiresAt).toISOString()}`,
  ];
  return `${verdict}: ${facts.join(', ')}\n`;
};

const refusalAsText = ({ reason, message }: TokenRejected, beforeExpiry: TokenRejected | undefined): string => {
  const other = beforeExpiry && `also before that (${beforeExpiry.reason}): ${beforeExpiry.message}\n`;
  return `refused (${reason}): ${message}\n${other ?? ''}`;
};
