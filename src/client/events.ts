// Events where the platform has none, as in React Native.

type Listener = (event: Event) => void;
type Options = { readonly once?: boolean; readonly signal?: AbortSignal };

/** An `EventTarget`, or what the client needs of one. The build for browsers leaves the other one out. */
export const createTarget = (): EventTarget => (globalThis.EventTarget ? new EventTarget() : createPlainTarget());

/** A class to extend, for a target of events. */
export const eventTargetClass = (): (new () => EventTarget) => (globalThis.EventTarget ? EventTarget : PlainTarget);

/** An `Event` with more properties, or an object with its `type` and those. */
export const createEvent = (type: string, details: object): Event =>
  Object.assign(globalThis.EventTarget ? new Event(type) : ({ type } as Event), details);

const createPlainTarget = (): EventTarget => {
  let entries: readonly (Options & { readonly type: string; readonly listener: Listener })[] = [];
  const target = {
    addEventListener: (type: string, listener: Listener, options?: Options) => {
      const remove = () => target.removeEventListener(type, listener);
      remove();
      entries = [...entries, { ...options, type, listener }];
      options?.signal?.addEventListener('abort', remove);
    },
    removeEventListener: (type: string, listener: Listener) => {
      entries = entries.filter((entry) => entry.type !== type || entry.listener !== listener);
    },
    dispatchEvent: (event: Event) => {
      for (const { type, listener, once } of entries) {
        if (type !== event.type) continue;
        if (once) target.removeEventListener(type, listener);
        // Calls the listener now; what it throws is reported, and keeps no other listener from its event.
        new Promise(() => listener(event));
      }
    },
  };
  return target as unknown as EventTarget;
};

/** The same as a class. */
const PlainTarget = function (this: object) {
  Object.assign(this, createPlainTarget());
} as unknown as new () => EventTarget;
