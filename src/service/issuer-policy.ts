import type { Config } from '../config/variables.ts';

/** Whose subjects a back end means that names no issuer. */
export interface IssuerPolicy {
  /** It must name one: there are several. */
  readonly needsIssuer: boolean;
  /** The only one there is. */
  readonly defaultIssuer: string | undefined;
  /** Those of any: no variable names an issuer. */
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
