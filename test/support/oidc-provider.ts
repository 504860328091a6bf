import { hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import type { SigningKey } from './signing-key.ts';

/** A client of the provider, which sends logout tokens for it to ticketd. */
export interface OidcClient {
  readonly id: string;
  /** Whether the logout token names the session, not only the subject. */
  readonly withSession: boolean;
}

/** The npm package oidc-provider on a port of this machine: it signs access tokens and sends logout tokens. */
export interface OidcProvider {
  readonly issuer: string;
  readonly jwksUrl: string;
  /** What the receiver answered to each logout token: `200`, or the error. */
  readonly sent: string[];
  /** Logs a user in with a new browser. */
  logIn(user: string, client: OidcClient): Promise<OidcSession>;
  close(): Promise<void>;
}

/** A user who is logged in at the provider in one browser. */
export interface OidcSession {
  /** A JWT with `sub` and `sid`. */
  readonly accessToken: string;
  /** Ends the session at the provider, which sends its logout tokens before it answers. */
  logOut(): Promise<void>;
}

const API = 'https://api.example';
const REDIRECT_URI = 'https://app.example/callback';
const SECRET = 'a-client-secret-for-tests-of-32-bytes';

export const startOidcProvider = async (
  key: SigningKey,
  clients: readonly OidcClient[],
  logoutUri: string,
): Promise<OidcProvider> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, configurationFor(key, clients, logoutUri));
  const sent: string[] = [];
  provider.on('backchannel.success', () => sent.push('200'));
  provider.on('backchannel.error', (_ctx, error) => sent.push(error.message));
  server.on('request', provider.callback());
  return {
    issuer,
    jwksUrl: `${issuer}/jwks`,
    sent,
    logIn: (user, client) => logIn(issuer, user, client),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const configurationFor = (
  { privateKey, kid }: SigningKey,
  clients: readonly OidcClient[],
  logoutUri: string,
): NonNullable<ConstructorParameters<typeof Provider>[1]> => ({
  clients: clients.map(({ id, withSession }) => ({
    client_id: id,
    client_secret: SECRET,
    redirect_uris: [REDIRECT_URI],
    id_token_signed_response_alg: 'ES256',
    backchannel_logout_uri: logoutUri,
    backchannel_logout_session_required: withSession,
  })),
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }] as never },
  cookies: { keys: ['a key for cookies'] },
  // Its dispatcher refuses addresses of this machine.
  fetch: (url, { dispatcher: _refusing, ...options } = {}) => fetch(url, options),
  extraTokenClaims: ({ oidc }) => ({ sid: oidc.entities.AuthorizationCode?.sid ?? 'a session of no name' }),
  features: {
    backchannelLogout: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => API,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: '',
        audience: API,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

const logIn = async (issuer: string, user: string, { id }: OidcClient): Promise<OidcSession> => {
  const browser = openBrowser(issuer);
  const verifier = randomBytes(32).toString('base64url');
  const code = await authorize(browser, user, {
    client_id: id,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: REDIRECT_URI,
    code_challenge: hash('sha256', verifier, 'base64url'),
    code_challenge_method: 'S256',
  });
  const answer = await browser.post('/token', {
    client_id: id,
    client_secret: SECRET,
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
  });
  const { access_token: accessToken, id_token: idToken } = JSON.parse(answer.text);
  return { accessToken, logOut: () => logOut(browser, idToken) };
};

/** Fills in the forms of the provider until it redirects to the application with a code. */
const authorize = async (browser: Browser, login: string, query: Record<string, string>): Promise<string> => {
  let page = await browser.get(`/auth?${new URLSearchParams(query)}`);
  while (page.location === undefined) {
    const [, prompt = ''] = /name="prompt" value="(\w+)"/.exec(page.text) ?? [];
    page = await browser.post(page.path, { prompt, login, password: 'any' });
  }
  return page.location.searchParams.get('code') ?? '';
};

const logOut = async (browser: Browser, idToken: string): Promise<void> => {
  const page = await browser.get(`/session/end?id_token_hint=${idToken}`);
  const [, xsrf = ''] = /name="xsrf" value="(\w+)"/.exec(page.text) ?? [];
  await browser.post('/session/end/confirm', { xsrf, logout: 'yes' });
};

interface Page {
  /** Where the provider showed it. */
  readonly path: string;
  readonly text: string;
  /** Set where the provider redirects to the application. */
  readonly location: URL | undefined;
}

type Browser = ReturnType<typeof openBrowser>;

/** Keeps cookies, and follows the redirects within the provider. */
const openBrowser = (issuer: string) => {
  const cookies = new Map<string, string>();
  const load = async (path: string, form?: Record<string, string>): Promise<Page> => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(`${issuer}${path}`, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const text = await response.text();
    if (response.status >= 400) throw new Error(`${path}: ${response.status} ${text}`);
    const target = response.headers.get('location');
    const location = target === null ? undefined : new URL(target, issuer);
    return location?.origin === issuer ? load(`${location.pathname}${location.search}`) : { path, text, location };
  };
  return { get: (path: string) => load(path), post: load };
};
