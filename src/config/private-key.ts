import { createPrivateKey } from 'node:crypto';
import { readFile } from './parsers.ts';
import { InvalidValueError, type Parser } from './variable.ts';

const PEM = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/;
const EXPECTED = 'a file with a private key in PEM';

/** The PEM private key in the file at a path; no message quotes it. */
export const privateKey: Parser<string> = (path) => {
  const text = readFile(path);
  const [pem, label = ''] = PEM.exec(text) ?? [];
  if (pem === undefined) throw new InvalidValueError(EXPECTED);
  if (label.startsWith('ENCRYPTED') || pem.includes('Proc-Type: 4,ENCRYPTED'))
    throw new InvalidValueError(`${EXPECTED} without a passphrase`);
  try {
    createPrivateKey(pem);
    return pem;
  } catch {
    throw new InvalidValueError(`${EXPECTED} that can be read`);
  }
};
