import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import { certificates } from '../../../src/config/certificates.ts';
import { Expected } from '../../../src/config/field.ts';
import { ecPrivateKey, ecPublicKey } from '../../support/key-pairs.ts';
import { thrownBy } from '../../support/rejection.ts';

const [FIRST = '', SECOND = ''] = rootCertificates;
const SOURCE = new URL('../../../src/config/certificates.ts', import.meta.url).href;

describe('a file of certificates', () => {
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
    expect(error).to.be.instanceOf(Expected);
    return error.message;
  };

  it('gives the certificate in it', () => {
    expect(certificates(file(`${FIRST}\n`))).to.equal(FIRST);
  });

  it('gives all of a bundle, without the text around them', () => {
    expect(certificates(file(`# One\n${FIRST}\n\n# Another\n${SECOND}\n`))).to.equal(`${FIRST}\n${SECOND}`);
  });

  it('may have the line ends of Windows', () => {
    const text = FIRST.replaceAll('\n', '\r\n');
    expect(certificates(file(text))).to.equal(text);
  });

  it('gives no private key that lies beside a certificate', () => {
    expect(certificates(file(`${ecPrivateKey('pkcs8')}${FIRST}\n`))).to.equal(FIRST);
  });

  const broken: Readonly<Record<string, string>> = {
    'nothing at all': '',
    'no PEM': 'hunter2',
    'a key': ecPublicKey(),
    'half a certificate': FIRST.slice(0, FIRST.length / 2),
    'a certificate with half of it cut out': `${FIRST.slice(0, 400)}\n-----END CERTIFICATE-----`,
    'PEM around something else': '-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----',
    'a broken one beside a good one': `${FIRST}\n-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----`,
    'bytes that are no text': '\u0000\ufffd\u0000',
  };
  for (const [what, text] of Object.entries(broken))
    it(`is refused with ${what} in it`, () => {
      expect(refusal(file(text))).to.equal('a file of certificates in PEM');
    });

  it('is refused where there is none, with the reason', () => {
    expect(refusal(join(folder, 'missing.pem'))).to.equal('a readable file (ENOENT)');
    expect(refusal(join(file(FIRST), 'below-a-file'))).to.equal('a readable file (ENOTDIR)');
    expect(refusal('a\u0000b')).to.equal('a readable file (ERR_INVALID_ARG_VALUE)');
  });

  it('is refused where it is a folder or a device', () => {
    expect(refusal(folder)).to.equal('a regular file');
    expect(refusal('/dev/null')).to.equal('a regular file');
  });

  it('is refused where it is a pipe, without waiting for somebody to write to it', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // In a process of its own: one that waited would be deaf to time limits.
    const script = `import(${JSON.stringify(SOURCE)}).then(({ certificates }) => certificates(${JSON.stringify(pipe)}))`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', `${script}.catch((e) => console.log(e.message))`];
    const { stdout, signal } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
    expect(signal).to.equal(null);
    expect(stdout).to.equal('a regular file\n');
  });
});
