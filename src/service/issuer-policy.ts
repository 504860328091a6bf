import type { Config } from '../config/variables.ts';

/** How ticketd reads a revocation that names no issuer. */
export interface IssuerPolicy {
  /** ticketd refuses it: there are several issuers. */
  readonly needsIssuer: boolean;
  /** It means this one, the only one configured. */
  readonly defaultIssuer: string | undefined;
  /** It means the subject of any issuer: none is configured. */
  readonly anyIssuer: boolean;
  /** All there are, if every JWT must have one of them. */
  readonly onlyIssuers: readonly string[] | undefined;
}

export const issuerPolicyOf = ({
  secrets,
  publicKeys,
  jwksUrl,
  issuer = [],
  issuers = [],
}: Config['jwt']): IssuerPolicy => {
  const others = [secrets, publicKeys, jwksUrl].filter((source) => source !== undefined).length;
  const named = [...issuer, ...issuers];
  const onlyIssuers = named.length > 0 && (others === 0 || issuer.length > 0) ? named : undefined;
  if (others + issuers.length > 1 || named.length > 1)
    return { needsIssuer: true, defaultIssuer: undefined, anyIssuer: false, onlyIssuers };
  const [defaultIssuer] = named;
  return { needsIssuer: false, defaultIssuer, anyIssuer: defaultIssuer === undefined, onlyIssuers };
};
