import { posix } from 'node:path';
import { expect } from 'chai';
import { isResourcePath } from '../../src/protocol/resource-path.ts';
import { fc, textOf } from '../support/property.ts';

const WORDS = [
  '/',
  '//',
  '.',
  '..',
  '\\',
  ';',
  ';a=b',
  '%2e',
  '%2F',
  '%5c',
  '%25',
  '%00',
  '%41',
  'A',
  'files',
  '~',
  '%',
];
const path = textOf(...WORDS).map((text) => `/${text}`);

// Each byte of a percent-encoding as a character: also where the bytes are not UTF-8.
const decoded = (text: string): string =>
  text.replace(/%([\dA-F]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));

/** How servers read a path, beside decoding it once. */
const readings: Readonly<Record<string, (path: string) => string>> = {
  'removes dot segments': (text) => posix.normalize(text),
  'removes dot segments after decoding': (text) => posix.normalize(decoded(text)),
  'decodes twice': (text) => posix.normalize(decoded(decoded(text))),
  'reads a backslash as a slash': (text) => posix.normalize(decoded(text).replaceAll('\\', '/')),
  'removes parameters of segments': (text) => posix.normalize(decoded(text.replace(/;[^/]*/g, ''))),
  'stops at a zero byte': (text) => decoded(text).replace(/\0.*/s, ''),
  'parses it as a URL': (text) => decoded(new URL(text, 'http://server').pathname),
};

const segmentsOf = (text: string): number => text.split('/').length;

describe('path of a resource, of arbitrary text', () => {
  for (const [what, read] of Object.entries(readings))
    it(`has the same segments for a server that ${what}`, () => {
      fc.assert(
        fc.property(path.filter(isResourcePath), (accepted) => {
          expect(segmentsOf(read(accepted))).to.equal(segmentsOf(accepted));
        }),
      );
    });

  it('is another resource than any other accepted path, or differs from it in percent-encoding only', () => {
    const known = new Map<string, string>();
    fc.assert(
      fc.property(path.filter(isResourcePath), (accepted) => {
        const resource = posix.normalize(decoded(accepted).replaceAll('\\', '/'));
        const other = known.get(resource) ?? accepted;
        known.set(resource, accepted);
        expect(decoded(accepted)).to.equal(decoded(other));
      }),
    );
  });
});
