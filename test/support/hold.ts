/** Responses that a test holds back. */
export interface Hold {
  /** From now on `released` waits; returns what releases all that wait, and those to come. */
  begin(): () => void;
  /** Resolves while nothing is held, or once it is released. */
  released(): Promise<void>;
}

export const createHold = (): Hold => {
  let held = Promise.resolve();
  return {
    begin: () => {
      let release = () => {};
      held = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    released: () => held,
  };
};
