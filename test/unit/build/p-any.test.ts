import { createRequire } from 'node:module';
import { expect } from 'chai';
import { rejectionOf } from '../../support/rejection.ts';

type Any = (verifications: readonly Promise<unknown>[]) => Promise<unknown>;

const standIn: Any = createRequire(import.meta.url)('../../../ops/build/p-any.cjs');
// The original of koa-jwt, which all tests use that do not run the build.
const original: Any = createRequire(createRequire(import.meta.url).resolve('koa-jwt'))('p-any');

const first = new Error('the first key');
const second = new Error('the second key');

for (const [name, any] of Object.entries({ original, 'replacement in the build': standIn }))
  describe(`p-any (${name})`, () => {
    it('returns the result of the key that fits', async () => {
      expect(await any([Promise.resolve('claims')])).to.equal('claims');
      expect(await any([Promise.reject(first), Promise.resolve('claims')])).to.equal('claims');
      expect(await any([Promise.resolve('claims'), Promise.reject(second)])).to.equal('claims');
    });

    it('rejects with the error of the first key, as koa-jwt reads it, when no key fits', async () => {
      const errorOf = async (verifications: readonly Promise<unknown>[]) => {
        const error: unknown = await rejectionOf(any(verifications));
        return typeof error === 'object' && error !== null && Symbol.iterator in error
          ? [...(error as Iterable<unknown>)][0]
          : error;
      };
      expect(await errorOf([Promise.reject(first)])).to.equal(first);
      expect(await errorOf([Promise.reject(first), Promise.reject(second)])).to.equal(first);
    });
  });
