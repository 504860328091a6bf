import { expect } from 'chai';
import { getText } from '../../../src/auth/fetch-text.ts';
import { closeProviders, type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts';
import { rejectionOf } from '../../support/rejection.ts';

const NEVER = new AbortController().signal;

describe('JWKS fetch', () => {
  let provider: IdentityProvider;
  beforeEach(async () => {
    provider = await startIdentityProvider();
  });
  afterEach(closeProviders);

  const get = (signal = NEVER, path = '/keys?p=1') => getText(new URL(path, provider.origin), signal);
  const refusal = async (signal?: AbortSignal) => (await rejectionOf(get(signal))).message;

  it('sends the query, Accept with JSON types, and User-Agent ticketd', async () => {
    provider.answer((req, res) =>
      res.end(`${req.method} ${req.url} ${req.headers.accept} ${req.headers['user-agent']}`),
    );
    expect(await get()).to.match(/^GET \/keys\?p=1 application\/jwk-set\+json, application\/json ticketd\/\d/);
  });

  it('decodes UTF-8 that is split across packets', async () => {
    provider.answer((_req, res) => {
      const bytes = Buffer.from('"ü"');
      res.write(bytes.subarray(0, 2));
      setImmediate(() => res.end(bytes.subarray(2)));
    });
    expect(await get()).to.equal('"ü"');
  });

  it('drops a byte order mark, which JSON must not have', async () => {
    provider.answer((_req, res) => res.end('\uFEFF{}'));
    expect(await get()).to.equal('{}');
  });

  it('accepts a response of 256 KiB, and rejects a larger one', async () => {
    provider.answer((_req, res) => res.end('x'.repeat(256 * 1024)));
    expect(await get()).to.have.lengthOf(256 * 1024);
    provider.answer((_req, res) => res.end('x'.repeat(256 * 1024 + 1)));
    expect(await refusal()).to.equal('the response is larger than 262144 bytes');
  });

  it('rejects an endless response as soon as it is too large', async () => {
    let ended = false;
    provider.answer((_req, res) => {
      const pour = () => {
        while (!ended && res.write('x'.repeat(16_384)));
      };
      res.on('drain', pour).on('close', () => {
        ended = true;
      });
      pour();
    });
    expect(await refusal()).to.equal('the response is larger than 262144 bytes');
  });

  for (const status of [201, 204, 304, 400, 404, 500, 503])
    it(`rejects a response with status ${status}`, async () => {
      provider.answer((_req, res) => res.writeHead(status).end());
      expect(await refusal()).to.equal(`the response was HTTP ${status}, not 200`);
    });

  for (const status of [301, 302, 303, 307, 308])
    it(`does not follow a redirect (${status})`, async () => {
      provider.answer((_req, res) => res.writeHead(status, { Location: '/elsewhere' }).end('{"keys":[]}'));
      expect(await refusal()).to.equal(`the response was HTTP ${status}, not 200`);
      expect(provider.asked).to.deep.equal(['/keys?p=1']);
    });

  it('rejects with ECONNREFUSED when nothing listens', async () => {
    await provider.stop();
    expect(await rejectionOf(get())).to.have.property('code', 'ECONNREFUSED');
  });

  it('rejects with ECONNRESET when the response is cut off', async () => {
    provider.answer((_req, res) => {
      res.writeHead(200, { 'Content-Length': '100' }).write('{"keys":');
      setImmediate(() => res.destroy());
    });
    expect(await rejectionOf(get())).to.have.property('code', 'ECONNRESET');
  });

  it('rejects a response that is not HTTP', async () => {
    provider.answer((_req, res) => res.socket?.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await rejectionOf(get()))
      .to.have.property('code')
      .that.matches(/^HPE_/);
  });

  for (const [when, answer] of [
    ['before the response', () => {}],
    ['during the response', (_req, res) => res.write('{"keys":')],
  ] as readonly [string, Parameters<IdentityProvider['answer']>[0]][])
    it(`rejects with the reason of its signal when aborted ${when}`, async () => {
      const cut = new AbortController();
      const reason = new Error('enough');
      provider.answer((req, res) => {
        answer(req, res);
        setImmediate(() => cut.abort(reason));
      });
      expect(await rejectionOf(get(cut.signal))).to.equal(reason);
    });
});
