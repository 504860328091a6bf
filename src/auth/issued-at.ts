import { objectIn } from './jose-header.ts';

/**
 * Refuses a JWT that says it was issued ahead of our clock (`iat`, RFC 7519, 4.1.6), or says so without a number: its
 * issuer's clock is wrong, or its claims are. Throws with the reason.
 */
export const refuseIssuedAhead = ({ iat }: Readonly<Record<string, unknown>>, toleranceSeconds: number): void => {
  if (iat === undefined) return;
  if (typeof iat !== 'number') throw new Error('its iat is not a number');
  if (iat > Date.now() / 1000 + toleranceSeconds) throw new Error('its iat lies in the future');
};

/** The `iat` of a JWT that is not verified yet, in seconds; `undefined` where it has none that is a finite number. */
export const unverifiedIssuedAt = (jwt: string): number | undefined => {
  const [, payload = ''] = jwt.split('.');
  const iat = objectIn(payload)?.iat;
  return typeof iat === 'number' && Number.isFinite(iat) ? iat : undefined;
};
