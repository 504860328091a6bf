import { expect } from 'chai';
import { FIRST_POSITION, partsOf, positionOf } from '../../../src/protocol/revocation-entry.ts';

describe('position in the log of revocations', () => {
  it('has the order of its milliseconds, then of its count, when compared as text', () => {
    const inOrder = [
      [0, 0],
      [0, 1],
      [0, 9],
      [0, 10],
      [9, 4_294_967_295],
      [10, 0],
      [999_999_999_999, 9_999_999_999],
      [1_767_225_600_000, 0],
      [1_767_225_600_000, 2],
      [1_767_225_600_000, 10],
      [1_767_225_600_001, 0],
      [9_999_999_999_999, 9_999_999_999],
    ] as const;
    const positions = inOrder.map(([ms, count]) => positionOf(ms, count));
    expect(positions.toSorted()).to.deep.equal(positions);
    expect(new Set(positions).size).to.equal(positions.length);
    expect(positions[0]).to.equal(FIRST_POSITION);
    expect(positions.map((position) => partsOf(position))).to.deep.equal(inOrder.map(([ms, count]) => ({ ms, count })));
  });

  for (const text of [
    '',
    '0',
    '1767225600000-0',
    '1767225600000',
    `${FIRST_POSITION} `,
    ` ${FIRST_POSITION}`,
    `${FIRST_POSITION}\n`,
    `${FIRST_POSITION}0`,
    `0${FIRST_POSITION}`,
    FIRST_POSITION.replace('-', '_'),
    FIRST_POSITION.replace('0', 'a'),
    FIRST_POSITION.replace('0', '٠'),
    FIRST_POSITION.replace('0', '-'),
    '$',
    '+',
  ])
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(partsOf(text)).to.equal(undefined);
    });
});
