import type { Config } from '../config/variables.ts';

/** How ticketd reads a revocation that names no issuer. */
export interface IssuerPolicy {
  /** ticketd refuses it: there are several issuers. */
  readonly needsIssuer: boolean;
  /** It means this one, the only one configured. */
  readonly defaultIssuer: string | undefined;
  /** It means the subject of any issuer: none is configured. */
  readonly anyIssuer: boolean;
}

export const issuerPolicyOf = ({
  secrets,
  publicKeys,
  jwksUrl,
  issuer = [],
  issuers = [],
}: Config['jwt']): IssuerPolicy => {
  const sources = [secrets, publicKeys, jwksUrl].filter((source) => source !== undefined).length + issuers.length;
  const [defaultIssuer, ...others] = [...issuer, ...issuers];
  if (sources > 1 || others.length > 0) return { needsIssuer: true, defaultIssuer: undefined, anyIssuer: false };
  return { needsIssuer: false, defaultIssuer, anyIssuer: defaultIssuer === undefined };
};
