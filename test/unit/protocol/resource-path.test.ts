import { expect } from 'chai';
import { isResourcePath, pathIn } from '../../../src/protocol/resource-path.ts';

const ACCEPTED = [
  '/',
  '/events',
  '/events/',
  '/files/report.pdf',
  '/files/.hidden',
  '/files/a..b/...',
  '/files/a;v=1',
  "/files/~a!$&'()*+,;=:@_-",
  '/files/%C3%BC%20%25',
  '/files/%2B%3F%23%41',
];

const REFUSED = [
  '',
  'events',
  'https://app.example/events',
  '//app.example/events',
  '/files//1',
  '/files/./1',
  '/files/../socket',
  '/files/.',
  '/files/..',
  '/files\\1',
  '/files/%2e%2E/socket',
  '/files%2Fsocket',
  '/files/%5csocket',
  '/files/%252e%252e/socket',
  '/files/%25252f1',
  '/files/..;a=b/socket',
  '/files/;a/socket',
  '/files/1%00.png',
  '/files/1?a=1',
  '/files/1#top',
  '/files/ü',
  '/files/a b',
  '/files/%zz',
  '/files/%4',
  '/files/<1>',
  '/files/1\n',
];

describe('path of a resource', () => {
  for (const path of ACCEPTED)
    it(`is ${path}`, () => {
      expect(isResourcePath(path)).to.equal(true);
    });

  for (const path of REFUSED)
    it(`is not ${JSON.stringify(path)}`, () => {
      expect(isResourcePath(path)).to.equal(false);
    });

  it('is what precedes the first "?" of a request target', () => {
    expect(pathIn('/a?b?c')).to.equal('/a');
    expect(pathIn('/a')).to.equal('/a');
    expect(pathIn('')).to.equal('');
  });
});
