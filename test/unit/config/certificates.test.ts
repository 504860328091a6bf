import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import { certificates } from '../../../src/config/parsers.ts';
import { InvalidValueError } from '../../../src/config/variable.ts';
import { ecPrivateKey, ecPublicKey } from '../../support/key-pairs.ts';
import { thrownBy } from '../../support/rejection.ts';

const [FIRST = '', SECOND = ''] = rootCertificates;
const SOURCE = new URL('../../../src/config/parsers.ts', import.meta.url).href;

describe('certificates of REDIS_TLS_CA_FILE', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ticketd-certificates-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  const file = (text: string): string => {
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

  it('accepts Windows line endings', () => {
    const text = FIRST.replaceAll('\n', '\r\n');
    expect(certificates(file(text))).to.equal(text);
  });

  it('leaves out a private key next to the certificate', () => {
    expect(certificates(file(`${ecPrivateKey('pkcs8')}${FIRST}\n`))).to.equal(FIRST);
  });

  const broken: Readonly<Record<string, string>> = {
    'nothing at all': '',
    'no PEM': 'hunter2',
    'a key': ecPublicKey(),
    'half a certificate': FIRST.slice(0, FIRST.length / 2),
    'a certificate that is cut in the middle': `${FIRST.slice(0, 400)}\n-----END CERTIFICATE-----`,
    'PEM that is not a certificate': '-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----',
    'a broken certificate next to a valid one': `${FIRST}\n-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----`,
    'binary data': '\u0000\ufffd\u0000',
  };
  for (const [what, text] of Object.entries(broken))
    it(`rejects a file that contains ${what}`, () => {
      expect(refusal(file(text))).to.equal('a file of certificates in PEM');
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
