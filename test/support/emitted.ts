import type { Emit, EventName } from '../../src/log/events.ts';

export interface Emitted {
  readonly event: EventName;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** An `emit` that keeps what it is told. */
export const recordEvents = (): { readonly emit: Emit; readonly emitted: readonly Emitted[] } => {
  const emitted: Emitted[] = [];
  return { emit: (event, fields) => void emitted.push({ event, fields: { ...fields } }), emitted };
};
