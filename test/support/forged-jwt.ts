import { createHmac } from 'node:crypto';
import { SECRET } from './jwt.ts';

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

export interface Forgery {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly secret?: string;
}

/** A JWT with any payload at all and a right HS256 signature, for what a library refuses to sign. */
export const signedByHand = (payload: string, forgery: Forgery = {}): string => {
  const { header = { alg: 'HS256', typ: 'JWT' }, secret = SECRET } = forgery;
  const signed = `${base64url(JSON.stringify(header))}.${base64url(payload)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
};

export const unsigned = (payload: string): string =>
  `${base64url(JSON.stringify({ alg: 'none', typ: 'JWT' }))}.${base64url(payload)}.`;
