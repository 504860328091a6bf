import { expect } from 'chai';
import { createRandomText, randomText } from '../../../src/tickets/random-text.ts';

/** Fills with the number of the filling, and keeps the stores in view. */
const counting = () => {
  const stores: Buffer[] = [];
  const fill = (store: Buffer) => {
    stores.push(store);
    store.fill(stores.length);
  };
  return { fill, stores };
};

describe('random text', () => {
  it('is as many bytes as asked for, in the encoding asked for', () => {
    expect(randomText(16, 'hex')).to.match(/^[0-9a-f]{32}$/);
    expect(randomText(32, 'base64url')).to.match(/^[A-Za-z0-9_-]{43}$/);
  });

  it('is another each time', () => {
    const texts = Array.from({ length: 10_000 }, () => randomText(16, 'hex'));
    expect(new Set(texts).size).to.equal(texts.length);
  });

  it('takes none of what is left where that is too little', () => {
    const { fill, stores } = counting();
    const text = createRandomText(fill);
    expect(text(4000, 'hex')).to.equal('01'.repeat(4000));
    expect(text(96, 'hex')).to.equal('01'.repeat(96));
    expect(text(4095, 'hex')).to.equal('02'.repeat(4095));
    expect(text(2, 'hex')).to.equal('0303');
    expect(stores).to.have.length(3);
  });

  it('leaves nothing behind of what was given out', () => {
    const { fill, stores } = counting();
    const text = createRandomText(fill);
    text(32, 'hex');
    text(16, 'base64url');
    const [store = Buffer.alloc(0)] = stores;
    expect([...store.subarray(0, 48)].every((byte) => byte === 0)).to.equal(true);
    expect([...store.subarray(48)].every((byte) => byte === 1)).to.equal(true);
  });
});
