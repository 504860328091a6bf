import type { Problem } from './config-error.ts';
import { InvalidValueError, type Parser } from './variable.ts';

/** A client that logout tokens may be for. */
export interface LogoutAudience {
  /** The only issuer that they may come from, if the entry names it. */
  readonly issuer: string | undefined;
  readonly clientId: string;
}

const ENTRY = /^(?:([^\p{Cc}\s]{1,512}) +)?([^\p{Cc}\s]{1,512})$/u;

/** `<client id>`, or `<issuer> <client id>`. */
export const logoutAudience: Parser<LogoutAudience> = (text) => {
  const [, issuer, clientId] = ENTRY.exec(text) ?? [];
  if (clientId === undefined)
    throw new InvalidValueError('comma-separated client ids, each alone or as "<issuer> <client id>"');
  return { issuer, clientId };
};

/** Whether a logout token of this issuer may be for this client. */
export const acceptedFor = (audience: LogoutAudience, issuer: string, clientId: unknown): boolean =>
  audience.clientId === clientId && (audience.issuer === undefined || audience.issuer === issuer);

const name = 'BACKCHANNEL_LOGOUT_AUDIENCE';
const ISSUERS = 'JWT_ISSUER or JWT_ISSUERS';

/** What is wrong with the audiences beside the configured issuers. */
export const logoutAudienceProblem = (
  audiences: readonly LogoutAudience[],
  issuers: readonly string[],
): Problem | undefined => {
  // Without an issuer any token of the key would end sessions.
  if (issuers.length === 0) return { name, problem: `expected ${ISSUERS} to be set, too` };
  if (audiences.some(({ issuer }) => issuer !== undefined && !issuers.includes(issuer)))
    return { name, problem: `expected each issuer to be in ${ISSUERS}` };
  // A client id is unique within its issuer only.
  if (issuers.length > 1 && audiences.some(({ issuer }) => issuer === undefined))
    return { name, problem: `expected "<issuer> <client id>" in each entry, since ${ISSUERS} has several issuers` };
  return undefined;
};
