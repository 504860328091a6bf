import { expect } from 'chai';
import { diagnose } from '../../../src/redis/diagnosis.ts';
import { verdictOfCheck, verdictOfServe } from '../redis-verdicts.ts';
import { type Env, isFollowed, type Removable, type Setup } from './setup.ts';

/** Defines a test for each set-up; they all start concurrently, since most of their time is waiting. */
export const expectAgreement = (setups: readonly Setup[]): void => {
  const removables: Removable[] = [];
  let found: ReadonlyMap<Setup, Promise<Found>>;
  before(() => {
    found = new Map(setups.map((setup) => [setup, findOut(setup, (one) => removables.push(one))]));
    for (const one of found.values()) one.catch(() => {});
  });
  after(() => Promise.all(removables.map((one) => one.remove())));

  for (const setup of setups)
    it(`${setup.name}: ${setup.errorCode ?? 'usable'}`, async () => {
      const { before, after } = (await found.get(setup)) as Found;
      const { errorCode } = setup;
      expect(before.serve).to.include({ usable: errorCode === undefined, ...(errorCode && { errorCode }) });
      expect(before.check).to.include({ usable: errorCode === undefined, ...(errorCode && { errorCode }) });
      if (errorCode === undefined) return;
      const { remedy } = diagnose(Object.assign(new Error(errorCode), { code: errorCode }));
      expect([before.serve.remedy, before.check.remedy]).to.deep.equal([remedy, remedy]);
      expect(after !== undefined).to.equal(isFollowed(setup));
      if (after !== undefined)
        expect([after.serve, after.check], before.check.remedy).to.deep.equal([{ usable: true }, { usable: true }]);
    });
};

interface Found {
  readonly before: Verdicts;
  /** After the remedy. */
  readonly after?: Verdicts;
}

const findOut = async ({ begin }: Setup, remove: (one: Removable) => void): Promise<Found> => {
  const { env, follow } = await begin(remove);
  const before = await verdictsWith(env);
  return follow === undefined ? { before } : { before, after: await verdictsWith(await follow()) };
};

type Verdicts = Awaited<ReturnType<typeof verdictsWith>>;

// One after the other: at maxclients they would be in each other's way.
const verdictsWith = async (env: Env) => ({ serve: await verdictOfServe(env), check: await verdictOfCheck(env) });
