/** The globals by which a page tells whether it is online and looked at, put in place of those of Node.js. */
export interface FakePage {
  /** Changes what is told, and says that it has. */
  set(state: { readonly onLine?: boolean; readonly visibilityState?: 'visible' | 'hidden' }): void;
  /** How many listeners there are. */
  readonly listening: number;
  restore(): void;
}

export const installFakePage = (): FakePage => {
  const navigator = { onLine: true };
  const document = { visibilityState: 'visible', ...listeners() };
  const page = listeners();
  const { addEventListener, removeEventListener } = page;
  const restore = replaceGlobals({ navigator, document, addEventListener, removeEventListener });
  return {
    set: ({ onLine, visibilityState }) => {
      if (visibilityState !== undefined) document.visibilityState = visibilityState;
      if (onLine !== undefined) navigator.onLine = onLine;
      if (visibilityState !== undefined) document.tell('visibilitychange');
      if (onLine !== undefined) page.tell(onLine ? 'online' : 'offline');
    },
    get listening() {
      return document.count() + page.count();
    },
    restore,
  };
};

const listeners = () => {
  const all = new Set<{ readonly type: string; readonly listener: () => void }>();
  return {
    addEventListener: (type: string, listener: () => void) => void all.add({ type, listener }),
    removeEventListener: (type: string, listener: () => void) => {
      for (const one of all) if (one.type === type && one.listener === listener) all.delete(one);
    },
    tell: (type: string) => {
      for (const one of all) if (one.type === type) one.listener();
    },
    count: () => all.size,
  };
};

/** Returns what puts back the globals that were there. */
export const replaceGlobals = (values: Readonly<Record<string, unknown>>): (() => void) => {
  const before = Object.keys(values).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return () => {
    for (const [name, descriptor] of before)
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
  };
};
