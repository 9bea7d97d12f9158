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
  return high * WORD_MS + Math.trunc((high * WORD_NS + view.getUint32(at, true)) / 1_000_000)
}

/** The nanoseconds that {@link wholeMs} cuts off. */
export function restNs(view: DataView, at: number): number {
  const rest = view.getInt32(at + 4, true) * WORD_NS + view.getUint32(at, true)
  return rest - Math.trunc(rest / 1_000_000) * 1_000_000
}
