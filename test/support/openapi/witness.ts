import type { Answer } from './answer.ts';
import { readDocument } from './document.ts';
import { createJudge, type Judge } from './judge.ts';

const faults: string[] = [];
let judge: Judge | undefined;
let count = 0;

/** Holds an answer against the document; what differs is kept for the test that runs. */
export const witness = (answer: Answer): void => {
  count += 1;
  judge ??= createJudge(readDocument());
  faults.push(...judge(answer));
};

/** How many answers have been held against it so far. */
export const witnessed = (): number => count;

/** All that differed since the last call. */
export const takeFaults = (): readonly string[] => faults.splice(0);

/** Throws where an answer differed from the document. */
export const expectDocumented = (): void => {
  const found = takeFaults();
  if (found.length > 0) throw new Error(`not as documented:\n${[...new Set(found)].join('\n')}`);
};
