/** Numbers of 64 bits as they lie in the bytes, without an object in between. */

/** The nearest double of an unsigned number. */
export function uint64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
}

/** The nearest double of a signed number. */
export function int64(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
}

/** 2^32 nanoseconds are 4,294 milliseconds and so many nanoseconds. */
const WORD_MS = 4294
const WORD_NS = 967_296

/** Nanoseconds as milliseconds, cut towards zero; no step leaves 2^53. */
export function wholeMs(view: DataView, at: number): number {
  const high = view.getInt32(at + 4, true)
  const rest = (high * WORD_NS + view.getUint32(at, true)) / 1_000_000
  // What is cut off is towards zero by the sign of the whole, which is that of the high word.
  return high * WORD_MS + (high < 0 ? Math.ceil(rest) : Math.floor(rest))
}

/** The nanoseconds that {@link wholeMs} cut off: 32 bits are enough to tell a difference that is smaller. */
export function restNs(view: DataView, at: number, ms: number): number {
  return (view.getInt32(at, true) - Math.imul(ms, 1_000_000)) | 0
}
