import { isTamperProof, jwksUrl } from '../config/key-urls.ts';
import { InvalidValueError } from '../config/variable.ts';
import { describeError } from '../log/describe-error.ts';
import { codedError } from '../protocol/coded-error.ts';
import { jsonObjectIn } from '../protocol/json.ts';
import { explainMetadata, shown } from './explain.ts';
import { getText } from './fetch-text.ts';

/** Where the keys of an identity provider are. */
export interface KeyLocation {
  /** The address to log: without a query, which may contain a secret. */
  readonly endpoint: string;
  /** Fetches the text of the key set; rejects with the reason of `signal` when that aborts. */
  fetch(signal: AbortSignal): Promise<string>;
}

/** The key set at a URL. */
export const keysAt = (url: URL): KeyLocation => ({
  endpoint: endpointOf(url),
  fetch: (signal) => getText(url, signal),
});

export interface DiscoveryOptions {
  /** Exactly as the JWTs have it. */
  readonly issuer: string;
  /** Whether a key set may be fetched without TLS from another machine. */
  readonly allowHttp: boolean;
}

/**
 * The key set of an issuer, which its metadata names (OpenID Connect Discovery 1.0, 4; RFC 8414, 3). Each fetch reads the
 * metadata again, since the provider may move its keys.
 */
export const keysOfIssuer = ({ issuer, allowHttp }: DiscoveryOptions): KeyLocation => ({
  endpoint: issuer,
  fetch: async (signal) => {
    const url = jwksUriIn(await metadataOf(issuer, signal), issuer);
    if (!allowHttp && !isTamperProof(url))
      throw invalid(`the jwks_uri of its metadata is not https://: ${shownUrl(url)}`);
    return getText(url, signal);
  },
});

const metadataOf = async (issuer: string, signal: AbortSignal): Promise<string> => {
  try {
    return await getText(openIdUrl(issuer), signal);
  } catch (error) {
    if (!isNotThere(error)) throw error;
    return await getText(oauthUrl(issuer), signal).catch((other) => {
      throw isNotThere(other) ? noMetadata(issuer) : other;
    });
  }
};

const isNotThere = (error: unknown): boolean => /^HTTP_4/.test(describeError(error).errorCode);

const noMetadata = (issuer: string): Error =>
  codedError(
    'NO_METADATA',
    `the issuer has no metadata at ${shownUrl(openIdUrl(issuer))} nor at ${shownUrl(oauthUrl(issuer))}`,
  );

const openIdUrl = (issuer: string): URL => new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);

// Between the host and the path of the issuer.
const oauthUrl = (issuer: string): URL => {
  const { origin, pathname } = new URL(issuer);
  return new URL(`${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`);
};

/** The address of the keys in the metadata of an issuer; throws if the metadata is not its own. */
export const jwksUriIn = (text: string, issuer: string): URL => {
  const metadata = jsonObjectIn(text);
  if (metadata === undefined) throw invalid('its metadata is not a JSON object');
  const { issuer: named, jwks_uri: uri } = metadata;
  // Otherwise one issuer could publish keys for another.
  if (named !== issuer) throw invalid(explainMetadata(issuer, named));
  if (typeof uri !== 'string') throw invalid('its metadata has no jwks_uri');
  try {
    return jwksUrl(uri);
  } catch (error) {
    if (error instanceof InvalidValueError) throw invalid(`the jwks_uri of its metadata is not ${error.message}`);
    throw error;
  }
};

const endpointOf = ({ origin, pathname }: URL): string => `${origin}${pathname}`;

const shownUrl = (url: URL): string => shown(endpointOf(url));

const invalid = (message: string): Error => codedError('METADATA_INVALID', message);
