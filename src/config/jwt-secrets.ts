import { createSecretKey, type KeyObject } from 'node:crypto';
import { MIN_SECRET_BYTES } from './jwt-algorithms.ts';
import { InvalidValueError } from './variable.ts';

export const SECRET_ENCODINGS = ['utf8', 'base64', 'base64url', 'hex'] as const;
export type SecretEncoding = (typeof SECRET_ENCODINGS)[number];

// Node decodes what it can and ignores the rest: a secret in another encoding would become another secret.
const FORMS: Readonly<Record<SecretEncoding, RegExp>> = {
  utf8: /^/,
  base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/,
  base64url: /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?$/,
  hex: /^(?:[A-Fa-f0-9]{2})+$/,
};

/** The key in the text of a secret, made once: jsonwebtoken tries to parse a string as a public key at every call. */
export const secretKeyOf = (text: string, encoding: SecretEncoding): KeyObject => {
  if (!FORMS[encoding].test(text))
    throw new InvalidValueError(`${encoding} in each of the comma-separated secrets, as JWT_SECRET_ENCODING has it`);
  const bytes = Buffer.from(text, encoding);
  if (bytes.length < MIN_SECRET_BYTES)
    throw new InvalidValueError(
      `at least ${MIN_SECRET_BYTES} bytes in each of the comma-separated secrets${encoding === 'utf8' ? '' : `, decoded from ${encoding}`} (RFC 7518, 3.2)`,
    );
  return createSecretKey(bytes);
};

interface SecretSettings {
  readonly secrets: readonly string[] | undefined;
  readonly secretEncoding: SecretEncoding;
}

/** The keys of `JWT_SECRET`, in its order; throws `InvalidValueError`. */
export const secretKeysOf = ({ secrets = [], secretEncoding }: SecretSettings): readonly KeyObject[] =>
  secrets.map((text) => secretKeyOf(text, secretEncoding));
