import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { jwksUriIn, keysOfIssuer } from '../../../src/auth/key-location.ts';
import { closeProviders, type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts';
import { OAUTH, OPENID, serving } from '../../support/issuer.ts';
import { rejectionOf, thrownBy } from '../../support/rejection.ts';

const ISSUER = 'https://idp.example/tenant';
const FAR = 'http://keys.example/keys';
const NEVER = new AbortController().signal;

describe('metadata of an issuer', () => {
  it('names the address of its keys', () => {
    const text = JSON.stringify({ issuer: ISSUER, jwks_uri: 'https://keys.example/k?p=1', more: {} });
    expect(jwksUriIn(text, ISSUER).href).to.equal('https://keys.example/k?p=1');
  });

  const uri = (jwksUri: unknown) => JSON.stringify({ issuer: ISSUER, jwks_uri: jwksUri });
  for (const [what, text, reason] of [
    ['is not JSON', '<html>', 'its metadata is not a JSON object'],
    ['is a list', '[]', 'its metadata is not a JSON object'],
    [
      'names no issuer',
      '{"jwks_uri":"https://a.example"}',
      'its metadata is of another issuer: expected "https://idp.example/tenant", found none',
    ],
    [
      'names the issuer with a slash',
      JSON.stringify({ issuer: `${ISSUER}/`, jwks_uri: 'https://a.example' }),
      `its metadata is of another issuer: expected "${ISSUER}", found "${ISSUER}/"; they differ in the slash at the end`,
    ],
    [
      'names a list with the issuer',
      JSON.stringify({ issuer: [ISSUER], jwks_uri: 'https://a.example' }),
      `its metadata is of another issuer: expected "${ISSUER}", found a value that is no string`,
    ],
    [
      'names a template of issuers',
      JSON.stringify({ issuer: 'https://idp.example/{tenantid}/v2.0', jwks_uri: 'https://a.example' }),
      'its metadata is for many tenants, "https://idp.example/{tenantid}/v2.0": list the issuer of each tenant in JWT_ISSUERS',
    ],
    ['names no keys', JSON.stringify({ issuer: ISSUER }), 'its metadata has no jwks_uri'],
    ['names keys in a list', uri(['https://a.example']), 'its metadata has no jwks_uri'],
    ['names keys in a file', uri('file:///etc/passwd'), 'the jwks_uri of its metadata is not an https:// URL'],
    ['names keys at a path', uri('/keys'), 'the jwks_uri of its metadata is not an https:// URL'],
    [
      'names keys with credentials',
      uri('https://user:hunter2@a.example'),
      'the jwks_uri of its metadata is not an https:// URL without credentials in it',
    ],
  ] as const)
    it(`is refused when it ${what}`, () => {
      expect(thrownBy(() => jwksUriIn(text, ISSUER)).message).to.equal(reason);
    });
});

describe('keys of an issuer', () => {
  let provider: IdentityProvider;
  beforeEach(async () => {
    provider = await startIdentityProvider();
  });
  afterEach(closeProviders);

  const fetchKeys = (path = '', allowHttp = false) =>
    keysOfIssuer({ issuer: `${provider.origin}${path}`, allowHttp }).fetch(NEVER);
  const metadata = (path = '', jwksUri = `${provider.origin}/keys`) =>
    JSON.stringify({ issuer: `${provider.origin}${path}`, jwks_uri: jwksUri });

  for (const path of ['', '/', '/realms/a', '/realms/a/'])
    it(`are found below ${path || 'the origin'} with OpenID Connect, and beside it with RFC 8414`, async () => {
      const bare = path.replace(/\/$/, '');
      provider.answer(serving({ [`${bare}${OPENID}`]: metadata(path), '/keys': 'by OpenID' }));
      expect(await fetchKeys(path)).to.equal('by OpenID');
      provider.answer(serving({ [`${OAUTH}${bare}`]: metadata(path), '/keys': 'by OAuth' }));
      expect(await fetchKeys(path)).to.equal('by OAuth');
    });

  it('are found where they moved', async () => {
    provider.answer(serving({ [OPENID]: metadata(), '/keys': 'old' }));
    const location = keysOfIssuer({ issuer: provider.origin, allowHttp: false });
    expect(await location.fetch(NEVER)).to.equal('old');
    provider.answer(serving({ [OPENID]: metadata('', `${provider.origin}/moved`), '/moved': 'new' }));
    expect(await location.fetch(NEVER)).to.equal('new');
  });

  it('are not fetched over http from another machine, unless that is allowed', async () => {
    provider.answer(serving({ [OPENID]: metadata('', FAR) }));
    expect((await rejectionOf(fetchKeys())).message).to.equal(`the jwks_uri of its metadata is not https://: "${FAR}"`);
  });

  const redirect: RequestListener = ({ url }, response) =>
    void response.writeHead(302, { Location: `/elsewhere${url}` }).end();
  const withRedirect =
    (path: string): RequestListener =>
    (request, response) =>
      request.url === path
        ? redirect(request, response)
        : serving({ [OPENID]: metadata(), [`/elsewhere${OPENID}`]: metadata(), '/elsewhere/keys': '{}' })(
            request,
            response,
          );
  for (const path of [OPENID, '/keys'])
    it(`are not fetched through a redirect of ${path}`, async () => {
      provider.answer(withRedirect(path));
      expect((await rejectionOf(fetchKeys())).message).to.equal('the response was HTTP 302, not 200');
      expect(provider.asked.at(-1)).to.equal(path);
    });

  it('are reported missing with both addresses of the metadata', async () => {
    provider.answer(serving({}));
    expect((await rejectionOf(fetchKeys('/a'))).message).to.equal(
      `the issuer has no metadata at "${provider.origin}/a${OPENID}" nor at "${provider.origin}${OAUTH}/a"`,
    );
  });

  it('are not looked for by RFC 8414 while the provider fails', async () => {
    provider.answer((_request, response) => void response.writeHead(503).end());
    expect((await rejectionOf(fetchKeys())).message).to.equal('the response was HTTP 503, not 200');
    expect(provider.asked).to.deep.equal([OPENID]);
  });
});
