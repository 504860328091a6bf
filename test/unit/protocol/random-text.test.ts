import { expect } from 'chai';
import { createRandomText, randomText } from '../../../src/protocol/random-text.ts';

/** Fills each pool with the number of the fill, and records the pools. */
const counting = () => {
  const stores: Buffer[] = [];
  const fill = (store: Buffer) => {
    stores.push(store);
    store.fill(stores.length);
  };
  return { fill, stores };
};

describe('randomText', () => {
  it('returns the requested number of bytes in the requested encoding', () => {
    expect(randomText(16, 'hex')).to.match(/^[0-9a-f]{32}$/);
    expect(randomText(32, 'base64url')).to.match(/^[A-Za-z0-9_-]{43}$/);
  });

  it('returns another text each time', () => {
    const texts = Array.from({ length: 10_000 }, () => randomText(16, 'hex'));
    expect(new Set(texts).size).to.equal(texts.length);
  });

  it('refills the pool when too few bytes are left', () => {
    const { fill, stores } = counting();
    const text = createRandomText(fill);
    expect(text(4000, 'hex')).to.equal('01'.repeat(4000));
    expect(text(96, 'hex')).to.equal('01'.repeat(96));
    expect(text(4095, 'hex')).to.equal('02'.repeat(4095));
    expect(text(2, 'hex')).to.equal('0303');
    expect(stores).to.have.length(3);
  });

  it('erases the bytes that it has returned', () => {
    const { fill, stores } = counting();
    const text = createRandomText(fill);
    text(32, 'hex');
    text(16, 'base64url');
    const [store = Buffer.alloc(0)] = stores;
    expect([...store.subarray(0, 48)].every((byte) => byte === 0)).to.equal(true);
    expect([...store.subarray(48)].every((byte) => byte === 1)).to.equal(true);
  });
});
