import { createEvent } from './events.ts';

type EventClass = new (type: string, details: object) => Event;

/** Events of the classes that pages expect, where the platform has the class: libraries clone them by it. */
const eventOf = (name: 'CloseEvent' | 'ErrorEvent' | 'MessageEvent', type: string, details: object): Event => {
  const Class = (globalThis as { readonly [name: string]: unknown })[name] as EventClass | undefined;
  return Class && globalThis.EventTarget ? new Class(type, details) : createEvent(type, details);
};

export const messageEvent = (type: string, details: { data: unknown; origin: string; lastEventId: string }): Event =>
  eventOf('MessageEvent', type, details);

/** With the code of the close that follows: graphql-ws decides by the first of the two events. */
export const errorEvent = (
  details: { message: string; error: unknown },
  close: { code: number; reason: string },
): Event => Object.assign(eventOf('ErrorEvent', 'error', details), close);

export const closeEvent = (details: { code: number; reason: string; wasClean: boolean }): Event =>
  eventOf('CloseEvent', 'close', details);

/** Gives an object, or all that inherit from it, the properties `onopen` and the like. */
export const defineHandlers = (owner: object, types: readonly string[]): void => {
  for (const type of types) {
    const handlers = new WeakMap<EventTarget, unknown>();
    const call = (target: EventTarget, event: Event) => {
      const handler = handlers.get(target);
      if (typeof handler === 'function') handler.call(target, event);
    };
    Object.defineProperty(owner, `on${type}`, {
      configurable: true,
      enumerable: true,
      get(this: EventTarget) {
        return handlers.get(this) ?? null;
      },
      set(this: EventTarget, handler: unknown) {
        // Added once: a later handler takes the place of the first one among the listeners.
        if (!handlers.has(this)) this.addEventListener(type, (event) => call(this, event));
        handlers.set(this, typeof handler === 'function' ? handler : null);
      },
    });
  }
};

/** Gives an object constants that cannot be changed. */
export const defineConstants = (owner: object, constants: Readonly<Record<string, number>>): void => {
  for (const [name, value] of Object.entries(constants))
    Object.defineProperty(owner, name, { value, enumerable: true });
};
