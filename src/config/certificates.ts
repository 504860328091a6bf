import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { Expected, type Parser } from './field.ts';

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Reads the PEM certificates, one or more, of the file at a path. */
export const certificates: Parser<string> = (path) => {
  const pem = read(path).match(PEM_CERTIFICATE) ?? [];
  if (pem.length === 0 || !pem.every(isCertificate)) throw new Expected('a file of certificates in PEM');
  return pem.join('\n');
};

const read = (path: string): string => {
  try {
    // A pipe would have it wait for a writer.
    if (!statSync(path).isFile()) throw new Expected('a regular file');
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Expected) throw error;
    throw new Expected(`a readable file (${(error as NodeJS.ErrnoException).code})`);
  }
};

const isCertificate = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
};
