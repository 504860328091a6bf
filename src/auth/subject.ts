import { MAX_NAME_CHARACTERS } from '../protocol/limits.ts';
import { isText } from '../protocol/text.ts';
import { TokenRejected } from './errors.ts';
import { type Claims, payloadText } from './jwt-parts.ts';

/** The subject of a verified JWT, from the claim of that name: a string, or an integer as its decimal text. */
export const subjectOf = (claims: Claims, claim: string, jwt: string): string => {
  const subject = typeof claims[claim] === 'number' ? integerIn(jwt, claim) : claims[claim];
  if (isText(subject, MAX_NAME_CHARACTERS)) return subject;
  throw new TokenRejected('claims', claims[claim] === undefined ? explainMissing(claim) : explainUnfit(claim));
};

const explainMissing = (claim: string): string =>
  `it has no ${claim}, so it is for no user; if another claim names the user, set JWT_SUBJECT_CLAIM`;

const explainUnfit = (claim: string): string =>
  `${claim} must be a string of 1 to 1,024 characters or an integer from -(2^53-1) to 2^53-1`;

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const INTEGER = /^(?:0|-?[1-9]\d{0,15})$/;

/** The text of a number in the payload: as a number it may be rounded, which would make it that of another user. */
const integerIn = (jwt: string, claim: string): string | undefined => {
  const quoted = payloadText(jwt).replaceAll(STRING_OR_NUMBER, (text) => (text.startsWith('"') ? text : `"${text}"`));
  const text: string = JSON.parse(quoted)[claim];
  return INTEGER.test(text) && Number.isSafeInteger(Number(text)) ? text : undefined;
};
