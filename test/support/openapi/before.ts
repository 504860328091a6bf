/** Lets `look` see the first argument of every call of a method, before the call. */
export const before = <T extends object, K extends keyof T>(
  object: T,
  method: K,
  look: (first: unknown) => void,
): void => {
  const original = object[method] as (...args: unknown[]) => unknown;
  const seen = (...args: unknown[]) => {
    look(args[0]);
    return Reflect.apply(original, object, args);
  };
  Object.assign(object, { [method]: seen });
};
