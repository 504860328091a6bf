/** A clock that stands still until it is set, in milliseconds. */
export interface VirtualTime {
  now: number;
}

/** Lets `performance.now()` tell the time of a simulation while that runs; it must run to its end without a pause. */
export const inVirtualTime = <T>(simulate: (time: VirtualTime) => T): T => {
  const { now } = performance;
  const time = { now: 0 };
  performance.now = () => time.now;
  try {
    return simulate(time);
  } finally {
    performance.now = now;
  }
};
