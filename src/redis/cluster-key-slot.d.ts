// The package ships no types.
declare module 'cluster-key-slot' {
  /** The slot of a key, 0 to 16383 (CRC-16 of its hash tag, or of all of it). */
  export default function keySlot(key: string): number;
}
