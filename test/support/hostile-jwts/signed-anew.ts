import type { HostileJwt } from './row.ts';

export interface Signing {
  readonly alg: string;
  /** The JWT's `kid` and `iss`, where the key is found by them. */
  readonly kid?: string;
  readonly iss?: string;
  sign(signed: Buffer): Buffer;
}

/** A hostile JWT of `headers` or `claims` under a right signature of another algorithm; `undefined` if that makes it valid. */
export const signedAnew = ([, , authorization]: HostileJwt, { alg, kid, iss, sign }: Signing): string | undefined => {
  const [header = '', payload = ''] = authorization.slice('Bearer '.length).split('.');
  const text = bytesOf(header).replaceAll('HS256', alg);
  // Its own algorithm or its own key is all that is wrong with it.
  if (bytesOf(header).includes(`"alg":"${alg}"`) && alg !== 'HS256') return undefined;
  if (text.includes('"jwk":')) return undefined;
  const signed = [withMember(text, 'kid', kid), withMember(bytesOf(payload), 'iss', iss)].map(encoded).join('.');
  return `Bearer ${signed}.${sign(Buffer.from(signed)).toString('base64url')}`;
};

// One character for each byte, so that bytes which are no text stay as they are.
const bytesOf = (part: string): string => Buffer.from(part, 'base64url').toString('latin1');
const encoded = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('base64url');

// In front, so that a member of the same name in the row wins.
const withMember = (json: string, name: string, value: string | undefined): string =>
  value === undefined || !json.startsWith('{"')
    ? json
    : `{${JSON.stringify({ [name]: value }).slice(1, -1)},${json.slice(1)}`;
