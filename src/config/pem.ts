import { InvalidValueError } from './variable.ts';

/** One block of a PEM text (RFC 7468). */
export interface PemBlock {
  /** What the block contains, as its first line says: `PUBLIC KEY`, `CERTIFICATE` and so on. */
  readonly label: string;
  readonly pem: string;
  /** Which block it is, for an error message: `block 2`. */
  readonly name: string;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----(?:(?!-----)[\s\S])*-----END \1-----/g;
// What is left of a block whose lines are cut or misspelt. `openssl s_client` writes lines of three dashes itself.
const TRACE_OF_A_BLOCK = /-----(?:BEGIN|END)|\b(?:BEGIN|END) [A-Z0-9 ]*(?:CERTIFICATE|KEY)\b/;

/**
 * The blocks of a PEM text, in order. The text around them is ignored, but not a block that is cut or misspelt: throws
 * `InvalidValueError` with its number after `expected`.
 */
export const pemBlocks = (text: string, expected: string): readonly PemBlock[] => {
  const found = [...text.matchAll(BLOCK)];
  const around = text.replaceAll(BLOCK, BETWEEN).split(BETWEEN);
  const broken = around.findIndex((part) => TRACE_OF_A_BLOCK.test(part));
  if (broken >= 0) throw new InvalidValueError(`${expected}; block ${broken + 1} has no valid BEGIN and END line`);
  return found.map(([pem, label = ''], index) => ({ label, pem, name: `block ${index + 1}` }));
};

const BETWEEN = '\u0000';
