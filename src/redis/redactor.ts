import { describeError } from '../log/describe-error.ts';
import type { RedisAccess } from './access.ts';

// What Redis says of a command that it does not know, such as AUTH where that was renamed; the end may be cut off.
const REPEATED = /,? with args beginning with:.*$/s;
// A shorter one would blot out half of every message, and is no secret.
const MIN_CHARACTERS = 4;

/** Makes the function that takes out of an error what some servers repeat in it: the passwords that they were sent. */
export const createRedactor = ({ target, redis }: RedisAccess): ((error: unknown) => unknown) => {
  const passwords = [target.password, redis.sentinelPassword].filter(
    (password) => password !== undefined && password.length >= MIN_CHARACTERS,
  ) as readonly string[];
  const clean = (text: string): string =>
    passwords.reduce((dirty, password) => dirty.replaceAll(password, '[password]'), text.replace(REPEATED, ''));
  return (error) => {
    const { error: told, errorCode: code } = describeError(error);
    const message = clean(told);
    return message === told ? error : Object.assign(new Error(message), { code });
  };
};
