import type { RejectionReason } from '../../../src/auth/errors.ts';
import type { JwtAlgorithm } from '../../../src/config/jwt-algorithms.ts';

export type Variables = Readonly<Record<string, string>>;
export type Members = Readonly<Record<string, unknown>>;

/** Where an operator reads about a mistake, and the text there. */
export type Symptom =
  /** The event `auth_rejected`. */
  | { readonly reason: RejectionReason; readonly detail: string }
  /** The event `jwks_refresh_fail`; without any key the start fails. */
  | { readonly noKeys: string }
  /** The report of `check-config`. */
  | { readonly problem: string };

/** A likely mistake, as what it changes. */
export interface Mistake {
  readonly what: string;
  readonly symptom: Symptom;
  readonly remedy: string;
  /** Laid over the variables; an empty one counts as unset. */
  readonly variables?: Variables;
  /** Laid over the header and the claims of the JWT; `undefined` takes a member away. */
  readonly header?: Members;
  readonly claims?: Members;
  /** What signs the JWT instead of the key of the provider: another key of this algorithm, or a secret. */
  readonly signedBy?: Exclude<JwtAlgorithm, `HS${string}`> | { readonly secret: string };
  /** What the client sends instead of a JWT. */
  readonly opaque?: string;
  /** The header that has the JWT instead of `Authorization`. */
  readonly sentIn?: string;
  /** What the provider serves by path, beside its keys and metadata or in their place. */
  readonly serves?: Members;
}

/** An identity provider: the variables for it, the JWTs that it issues, and what goes wrong. */
export interface ProviderGuide {
  readonly name: string;
  /** What the reader has to know before the variables. */
  readonly note: string;
  /** With placeholders in upper case, as the page shows them. */
  readonly variables: Variables;
  readonly header: Members & { readonly alg: JwtAlgorithm };
  /** The claims of a JWT issued at `now`, in seconds. */
  readonly claims: (now: number) => Members;
  /** The members of its published key beside those of the key itself; `use` and `alg` by default. */
  readonly jwk?: Members;
  /** The secret in place of `YOUR_SECRET`. */
  readonly secret?: string;
  /** What the gateway gets. */
  readonly ticket: { readonly subject: string; readonly sessionId: string | null };
  readonly mistakes: readonly [Mistake, Mistake, Mistake];
}
