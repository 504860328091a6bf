import { expect } from 'chai';
import { isTamperProof } from '../../../src/config/key-urls.ts';
import { problemsOf } from '../../support/config.ts';
import { token } from '../../support/jwt.ts';

const problemOf = async (url: string) => (await problemsOf({ JWT_JWKS_URL: url }))[0]?.problem;

describe('JWT_JWKS_URL', () => {
  it('rejects credentials in the URL and never prints them', async () => {
    for (const url of [
      'https://user:hunter2@idp.example/',
      'https://hunter2@idp.example/',
      'ftp://user:hunter2@idp.example/',
    ])
      expect(await problemOf(url))
        .to.match(/^expected an https:\/\/ URL/)
        .and.not.include('hunter2');
    expect(await problemOf('https://user:hunter2@idp.example/')).to.match(/without credentials in it/);
  });

  it('masks a JWT that was set in place of the URL', async () => {
    expect(await problemOf(token())).to.equal('expected an https:// URL, found "[jwt]"');
  });

  it('rejects a fragment', async () => {
    expect(await problemOf('https://idp.example/#x')).to.match(/^expected an https:\/\/ URL without a fragment/);
  });

  it('counts as tamper-proof over https and on loopback hosts only', () => {
    for (const url of [
      'https://a.example',
      'http://localhost',
      'http://LOCALHOST:1',
      'http://127.0.0.1',
      'http://[::1]',
    ])
      expect(isTamperProof(new URL(url)), url).to.equal(true);
    for (const url of ['http://a.example', 'http://localhost.a', 'http://128.0.0.1', 'http://[::2]', 'http://0.0.0.0'])
      expect(isTamperProof(new URL(url)), url).to.equal(false);
  });
});
