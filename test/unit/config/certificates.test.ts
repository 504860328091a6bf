import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import { certificates } from '../../../src/config/parsers.ts';
import { InvalidValueError } from '../../../src/config/variable.ts';
import { ecPrivateKey, ecPublicKey } from '../../support/key-pairs.ts';
import { otherEncodings } from '../../support/other-encodings.ts';
import { thrownBy } from '../../support/rejection.ts';

const [FIRST = '', SECOND = ''] = rootCertificates;
const SOURCE = new URL('../../../src/config/parsers.ts', import.meta.url).href;

describe('certificates of REDIS_TLS_CA_FILE', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ticketd-certificates-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  const file = (text: string | Buffer): string => {
    const path = join(folder, 'ca.pem');
    writeFileSync(path, text);
    return path;
  };
  const refusal = (path: string): string => {
    const error = thrownBy(() => certificates(path));
    expect(error).to.be.instanceOf(InvalidValueError);
    return error.message;
  };

  it('returns the certificate in the file', () => {
    expect(certificates(file(`${FIRST}\n`))).to.equal(FIRST);
  });

  it('returns all certificates of a bundle, without the text around them', () => {
    expect(certificates(file(`# One\n${FIRST}\n\n# Another\n${SECOND}\n`))).to.equal(`${FIRST}\n${SECOND}`);
  });

  it('accepts the output of openssl s_client, with lines of dashes between the certificates', () => {
    const text = `---\nCertificate chain\n 0 s:CN = One\n${FIRST}\n 1 s:CN = Two\n${SECOND}\n---\nServer certificate\n`;
    expect(certificates(file(text))).to.equal(`${FIRST}\n${SECOND}`);
  });

  it('accepts Windows line endings', () => {
    const text = FIRST.replaceAll('\n', '\r\n');
    expect(certificates(file(text))).to.equal(text);
  });

  it('leaves out a private key next to the certificate', () => {
    expect(certificates(file(`${ecPrivateKey('pkcs8')}${FIRST}\n`))).to.equal(FIRST);
  });

  it('ignores a UTF-8 byte order mark', () => {
    expect(certificates(file(`\uFEFF${FIRST}`))).to.equal(FIRST);
  });

  for (const [encoding, bytes] of otherEncodings(FIRST))
    it(`rejects a file in ${encoding}`, () => {
      expect(refusal(file(bytes)))
        .to.match(/^a file in UTF-8, found /)
        .and.include(encoding);
    });

  const expected = 'a file of certificates in PEM';
  const notBase64 = '-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----';
  const broken: Readonly<Record<string, readonly [text: string, message: string]>> = {
    'nothing at all': ['', `${expected}; found no certificate`],
    'no PEM': ['hunter2', `${expected}; found no certificate`],
    'a key': [ecPublicKey(), `${expected}; found no certificate`],
    'half a certificate': [FIRST.slice(0, FIRST.length / 2), `${expected}; block 1 has no valid BEGIN and END line`],
    'half a certificate after a whole one': [
      `${FIRST}\n${SECOND.slice(0, 400)}`,
      `${expected}; block 2 has no valid BEGIN and END line`,
    ],
    'half a certificate before a whole one': [
      `${FIRST.slice(0, 400)}\n${SECOND}`,
      `${expected}; block 1 has no valid BEGIN and END line`,
    ],
    'a certificate with a misspelt BEGIN line after a whole one': [
      `${FIRST}\n${SECOND.replace('-----BEGIN', '----BEGIN')}`,
      `${expected}; block 2 has no valid BEGIN and END line`,
    ],
    'a certificate that is cut in the middle': [
      `${FIRST.slice(0, 400)}\n-----END CERTIFICATE-----`,
      `${expected}; block 1 cannot be read`,
    ],
    'PEM that is not a certificate': [notBase64, `${expected}; block 1 cannot be read`],
    'a broken certificate next to a valid one': [`${FIRST}\n${notBase64}`, `${expected}; block 2 cannot be read`],
  };
  for (const [what, [text, message]] of Object.entries(broken))
    it(`rejects a file that contains ${what}, and says which block`, () => {
      expect(refusal(file(text))).to.equal(message);
    });

  it('rejects a path that cannot be read, with the error code of the reason', () => {
    expect(refusal(join(folder, 'missing.pem'))).to.equal('a readable file (ENOENT)');
    expect(refusal(join(file(FIRST), 'below-a-file'))).to.equal('a readable file (ENOTDIR)');
    expect(refusal('a\u0000b')).to.equal('a readable file (ERR_INVALID_ARG_VALUE)');
  });

  it('rejects a directory or a device', () => {
    expect(refusal(folder)).to.equal('a regular file');
    expect(refusal('/dev/null')).to.equal('a regular file');
  });

  it('rejects a named pipe without waiting for a writer', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // In its own process: a blocked process would ignore the timeout.
    const script = `import(${JSON.stringify(SOURCE)}).then(({ certificates }) => certificates(${JSON.stringify(pipe)}))`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', `${script}.catch((e) => console.log(e.message))`];
    const { stdout, signal } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
    expect(signal).to.equal(null);
    expect(stdout).to.equal('a regular file\n');
  });
});
