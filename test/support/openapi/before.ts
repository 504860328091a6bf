/** Lets `look` see the arguments of every call of a method, before the call. */
export const before = <T extends object, K extends keyof T>(
  object: T,
  method: K,
  look: (...args: readonly unknown[]) => void,
): void => {
  const original = object[method] as (...args: unknown[]) => unknown;
  const seen = (...args: unknown[]) => {
    look(...args);
    return Reflect.apply(original, object, args);
  };
  Object.assign(object, { [method]: seen });
};
