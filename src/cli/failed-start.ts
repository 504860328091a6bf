import { isConfigError } from '../config/config-error.ts';
import { describeWithCause } from '../log/describe-error.ts';
import { scrub } from '../protocol/redact.ts';
import { diagnose } from '../redis/diagnosis.ts';
import { type ExpectedError, isExpected } from './exit-codes.ts';

/** Why a start failed and what to do about it, in one line. */
export const reasonOf = (error: unknown): string => {
  // Says for each variable what is expected, and contains no secret.
  if (isConfigError(error)) return error.message.replaceAll(/\s+/g, ' ');
  const reason = scrub(describeWithCause(error).error);
  if (!isExpected(error)) return `internal error: ${reason}; see uncaught_error in the log`;
  return [reason, remedyOf(error)].filter((part) => part !== undefined).join('; ');
};

const REMEDIES: { readonly [code in ExpectedError['code']]?: string } = {
  JWKS_UNAVAILABLE: 'correct JWT_JWKS_URL, or make it reachable from here',
  LISTEN_FAILED: 'end the program that uses the port, or correct HOST and PORT (INTERNAL_HOST and INTERNAL_PORT)',
  PHASE_TIMEOUT: 'check what this phase needs: the files of the _FILE variables, the name server, the network',
  STARTUP_TIMEOUT: 'raise STARTUP_TIMEOUT_MS',
};

/** The remedy for the innermost cause that has one: a phase can time out because of Redis, for example. */
const remedyOf = (error: ExpectedError): string | undefined => {
  if (error.code === 'REDIS_UNREACHABLE') return diagnose(error.cause ?? error).remedy;
  const ofCause = isExpected(error.cause) ? remedyOf(error.cause) : undefined;
  return ofCause ?? REMEDIES[error.code];
};
