import type { JwtAlgorithm } from '../config/jwt-algorithms.ts';
import { TokenRejected } from './errors.ts';
import { explainIssuer } from './explain.ts';
import type { Claims } from './jwt-parts.ts';
import type { KeySource } from './key-source.ts';

/** The keys that may verify a JWT, all for its algorithm, and the issuers that it may have. */
export interface Trust {
  readonly sources: readonly KeySource[];
  /** Checked when set. */
  readonly issuers: readonly string[] | undefined;
}

/** All keys that ticketd trusts. */
export interface TrustedKeys {
  readonly algorithms: readonly JwtAlgorithm[];
  /** The keys for a JWT with this `alg` and these unverified claims; throws `TokenRejected` if there are none. */
  trustFor(alg: JwtAlgorithm, claims: Claims): Trust;
}

export interface TrustedKeysOptions {
  /** The sources for every JWT whose issuer is not one of `issuers`, in the order in which they are tried. */
  readonly sources: readonly KeySource[];
  /** What `iss` those must have, if set: `JWT_ISSUER`. */
  readonly expected?: readonly string[] | undefined;
  /** The source of each issuer in `JWT_ISSUERS`. */
  readonly issuers?: ReadonlyMap<string, KeySource>;
}

const NO_KEY = 'no key of its issuer is for its alg';

/**
 * Joins the sources of keys without mixing them: only the source of an issuer verifies a JWT that names it, so that no
 * other key can impersonate its users.
 */
export const createTrustedKeys = ({ sources, expected, issuers = new Map() }: TrustedKeysOptions): TrustedKeys => {
  const others: Trust = { sources, issuers: expected };
  const trusts = new Map([...issuers].map(([issuer, source]) => [issuer, { sources: [source], issuers: [issuer] }]));
  return {
    algorithms: [...new Set([...sources, ...issuers.values()].flatMap(({ algorithms }) => algorithms))],
    trustFor: (alg, claims) => {
      const ofIssuer = typeof claims.iss === 'string' ? trusts.get(claims.iss) : undefined;
      const { sources: all, issuers: allowed } = ofIssuer ?? others;
      const fitting = all.filter((source) => source.algorithms.includes(alg));
      if (fitting.length > 0) return { sources: fitting, issuers: allowed };
      if (ofIssuer === undefined && trusts.size > 0)
        throw new TokenRejected('issuer', explainIssuer('JWT_ISSUERS', [...trusts.keys()], claims));
      throw new TokenRejected('algorithm', `${NO_KEY}, ${alg}; only the keys of its issuer verify it`);
    },
  };
};
